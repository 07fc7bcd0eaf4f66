import transformOf from './dist/transforms/start.cjs'

// oxlint-disable-next-line import/no-default-export -- what jscodeshift looks for
export default transformOf('core')
