export { canonicalSubject } from './conformance/canonical-subject.js'
export type { ConformanceCase, ViolationClass } from './conformance/conformance-case.js'
export { cases, type ConformanceReport, formatReport, runConformance } from './conformance/run-conformance.js'
export type {
  Capability,
  ConformanceSubject,
  SubjectDispatcher,
  SubjectOutcome,
  SubjectSetup,
} from './conformance/subject.js'
