export { ApplicationRow } from './application.entity.js';
export { OnboardingModule } from './onboarding.module.js';
export { ONBOARDING_SETTINGS, type OnboardingSettings } from './onboarding.service.js';
