export { type BanditConfig, banditSettings } from './config';
export { startBandit } from './service';
