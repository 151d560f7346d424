package log

import "time"

// policy decides when to commit. It is pure: what waits and the time come in
// as arguments.
type policy struct {
	every    time.Duration // age of the oldest batch
	bytes    int           // encoded octets
	ackEvery time.Duration // age of the oldest acknowledgement
}

// waiting is what a commit would carry.
type waiting struct {
	bytes   int
	urgent  bool      // somebody waits for the commit
	oldest  time.Time // when the oldest batch came; zero: there is none
	acked   time.Time // when the oldest state came; zero: there is none
	retryAt time.Time // not before, after a commit failed; zero: at any time
}

// due returns how long to wait until the next commit, 0 for now. It reports
// false where there is nothing to commit.
func (p policy) due(w waiting, now time.Time) (time.Duration, bool) {
	if w.oldest.IsZero() && w.acked.IsZero() {
		return 0, false
	}
	wait := p.ackEvery - now.Sub(w.acked)
	if w.acked.IsZero() {
		wait = p.every
	}
	if !w.oldest.IsZero() {
		wait = min(wait, p.every-now.Sub(w.oldest))
		if w.urgent || w.bytes >= p.bytes {
			wait = 0
		}
	}
	if !w.retryAt.IsZero() {
		wait = max(wait, w.retryAt.Sub(now))
	}
	return max(wait, 0), true
}

// The delays between attempts to commit to a disk that refuses.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// retryDelay returns the delay after the given number of failures in a row.
func retryDelay(failures int) time.Duration {
	return min(firstRetry<<min(failures-1, 8), lastRetry)
}
