export { AssessmentAgent } from './assessment-agent.js'
export { payOut } from './pay-out.js'
// The desk knows these from us, ever since the agents lived there.
export * from '@claims/dispatch'
