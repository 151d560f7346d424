package rule

import "time"

// Within panicSpan, so many panics of rows are taken as rows that failed. More
// are a failure of the rule, which then waits as its policy says, so that a rule
// that panics at every row does not take the others' time.
const (
	panicsAllowed = 16
	panicSpan     = time.Second
)

// panics counts panics. The zero panics has seen none.
type panics struct {
	since int64 // when the span began
	count int
}

// tooMany counts one and reports whether it is one too many.
func (p *panics) tooMany(now int64) bool {
	if now-p.since >= int64(panicSpan) || now < p.since {
		p.since, p.count = now, 0
	}
	p.count++
	return p.count > panicsAllowed
}
