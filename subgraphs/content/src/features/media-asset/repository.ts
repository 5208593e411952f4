import type { ContentAsset, PrismaClient } from '../../generated/prisma/client.js';
import type { MediaAsset, MediaAssetStatus } from './model.js';

/** The CHECK constraint allows nothing else. */
const assetOf = (row: ContentAsset): MediaAsset => ({
  ...row,
  status: row.status as MediaAssetStatus,
});

export const mediaAssetRepository = (prisma: PrismaClient) => ({
  async insert(
    asset: Omit<MediaAsset, 'status' | 'objectKey' | 'createdAt' | 'readyAt'>,
  ): Promise<MediaAsset> {
    return assetOf(await prisma.contentAsset.create({ data: asset }));
  },

  async byIds(ids: readonly string[]): Promise<MediaAsset[]> {
    return (await prisma.contentAsset.findMany({ where: { id: { in: [...ids] } } })).map(assetOf);
  },

  /** Moves a PENDING asset on. @returns the asset as it is now: of two at once, one moves it and both see it */
  async settle(
    id: string,
    change: { status: 'READY'; objectKey: string; readyAt: Date } | { status: 'REJECTED' },
  ): Promise<MediaAsset> {
    await prisma.contentAsset.updateMany({ where: { id, status: 'PENDING' }, data: change });
    return assetOf(await prisma.contentAsset.findUniqueOrThrow({ where: { id } }));
  },
});

export type MediaAssetRepository = ReturnType<typeof mediaAssetRepository>;
