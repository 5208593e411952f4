import type { Viewer } from '@pcc/platform';
import DataLoader from 'dataloader';
import type { MediaAsset } from './model.js';
import type { MediaAssetService } from './service.js';

export const mediaAssetLoaders = (service: MediaAssetService, viewer: Viewer) => ({
  /** Rejects for an asset that the viewer may not see. */
  mediaAssetById: new DataLoader<string, MediaAsset | null>((ids) => service.byIds(viewer, ids)),
});
