export { page, pageSize, placeOf } from './page';
