export { Sheet as default } from './statements-year'
