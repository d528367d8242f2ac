export { DecisionRow, ReviewRow } from './review.entity.js';
export { ReviewsModule } from './reviews.module.js';
