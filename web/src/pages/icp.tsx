export { Icp as default } from './vat'
