import { Module } from '@nestjs/common';
import { ReportsModule } from '../reports/index.js';
import { ReviewResolver } from './review.resolver.js';
import { ReviewService } from './review.service.js';

@Module({ imports: [ReportsModule], providers: [ReviewService, ReviewResolver] })
export class ReviewsModule {}
