export { Profit as default } from './statements-year'
