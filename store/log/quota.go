package log

import "time"

// Quota bounds what a cursor may hold back. One that falls behind it is
// advanced over its oldest entries, for which it delivers gaps, and pins
// nothing for the others. Zero means no bound of that kind.
type Quota struct {
	Bytes int64         // of files; at least 4 MB
	Age   time.Duration // since the commit
}

const minQuota = 4 << 20

// segmentsPerQuota is into how many files a quota is divided at least, so that
// it is met without giving up half of it at a time.
const segmentsPerQuota = 4

func (q Quota) normal() Quota {
	if q.Bytes > 0 {
		q.Bytes = max(q.Bytes, minQuota)
	}
	return q
}

// beyond returns the position to which a cursor whose oldest entry is at
// oldest must be advanced, so that the files from there on are within the
// quota; 0 for none.
func (q Quota) beyond(oldest uint64, segments []sized) uint64 {
	if q.Bytes <= 0 {
		return 0
	}
	var pinned int64
	for i := len(segments) - 1; i >= 0; i-- {
		pinned += segments[i].bytes
		if pinned > q.Bytes && i < len(segments)-1 {
			if to := segments[i+1].first; to > oldest {
				return to
			}
			return 0
		}
	}
	return 0
}
