import { isId, loaderBy } from '@pcc/platform';
import type { PriceService } from './service.js';

export const priceLoaders = (prices: PriceService) => ({
  priceByCourseId: loaderBy(
    (courseIds) => prices.prices(courseIds.filter(isId)),
    (price) => price.courseId,
  ),
});
