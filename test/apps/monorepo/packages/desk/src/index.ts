export { assessClaims, type Line } from './assess-claims.js'
export { quote } from './quote.js'
