export { type MonitoringConfig, monitoringSettings } from './config';
export { startMonitoring } from './service';
