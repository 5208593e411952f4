import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const mediaAssetResolvers: Resolvers = {
  Query: {
    mediaAsset: (_root, { id }, { viewer, services }) => services.mediaAssets.byId(viewer, id),
  },
  MediaAsset: {
    __resolveReference: ({ id }, { loaders }) => loaders.mediaAssetById.load(id),
    course: ({ courseId }) => ({ id: courseId }),
    uploadedBy: ({ uploadedBy }) => ({ id: uploadedBy }),
    downloadUrl: (asset, _args, { services }) => services.mediaAssets.downloadUrl(asset),
  },
  Mutation: {
    requestMediaUpload: async (_root, { input }, { viewer, services }) => {
      const { requested, userErrors } = payload(
        'requested',
        await services.mediaAssets.requestUpload(viewer, input),
      );
      return {
        asset: requested?.asset,
        upload: requested?.upload && {
          ...requested.upload,
          headers: [...requested.upload.headers],
        },
        uploadUrl: requested?.upload.url,
        userErrors,
      };
    },
    completeMediaUpload: async (_root, { input }, { viewer, services }) =>
      payload('asset', await services.mediaAssets.completeUpload(viewer, input.assetId)),
  },
};
