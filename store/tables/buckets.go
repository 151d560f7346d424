package tables

import (
	"fmt"
	"math"
	"strings"
	"time"

	"modernc.org/sqlite/vtab"

	"github.com/holdfast-edge/holdfast/store/history"
)

// buckets is the table of values summed up over steps: a series after the
// other. The step is what step = '…' asks for; buckets begin on its multiples.
type buckets struct{}

// Its columns.
const (
	bucketTime = iota
	bucketDevice
	bucketTag
	bucketMin
	bucketMax
	bucketAvg
	bucketLast
	bucketCount
	bucketGood
	bucketStream
	bucketStep
	bucketNanos
)

// defaultStep is the step of a query that names none, and maxBuckets how many a
// series may have.
const (
	defaultStep = "1m"
	maxBuckets  = 1_000_000
)

func (buckets) name() string      { return "buckets" }
func (buckets) streams() []string { return nil }

func (buckets) declare() string {
	return "CREATE TABLE x(ts TEXT, device TEXT, tag TEXT, min REAL, max REAL, avg REAL, last, count INTEGER, good REAL, " +
		"stream TEXT, step TEXT HIDDEN, ts_ns INTEGER HIDDEN)"
}

func (buckets) shape() shape {
	return shape{
		times: []int{bucketTime}, exact: []int{bucketNanos}, equals: []int{bucketDevice, bucketTag, bucketStream, bucketStep},
		ordered: true, summed: true, unique: []int{bucketDevice, bucketTag},
	}
}

func (buckets) open(s *session) source { return &bucketScan{session: s} }

// bucketScan is a scan of buckets.
type bucketScan struct {
	session *session
	filter  filter
	asked   string // the step as it was asked
	step    int64
	left    []series // the first is the current one
	found   []history.Bucket
	loaded  bool
}

func (b *bucketScan) begin(f filter) (err error) {
	b.filter, b.left, b.found, b.loaded = f, nil, nil, false
	b.asked = defaultStep
	if asked, ok := f.equals[bucketStep]; ok {
		b.asked = strings.TrimSpace(fmt.Sprint(asked))
	}
	if b.step, err = parseSpan(b.asked); err != nil || b.step <= 0 {
		return &Error{Text: fmt.Sprintf("step is %q: want a span such as '1m', '5m' or '1h'", b.asked)}
	}
	if !f.empty {
		b.left = chosen(&b.session.known, &f, bucketDevice, bucketTag, bucketStream)
	}
	return b.settle()
}

// settle goes on to a bucket, of this series or a later one.
func (b *bucketScan) settle() error {
	for len(b.left) > 0 {
		if !b.loaded {
			if err := b.load(); err != nil {
				return err
			}
		}
		if len(b.found) > 0 {
			return nil
		}
		b.left, b.loaded = b.left[1:], false
	}
	return nil
}

// load reads the buckets of the current series that begin within the filter. A
// filter without a beginning or an end has those of the history.
func (b *bucketScan) load() (err error) {
	from, to := ceilTo(b.filter.from, b.step), ceilTo(b.filter.to, b.step)
	if b.filter.from == b.session.sums {
		from = floorTo(b.filter.from, b.step)
	}
	if (to-from)/b.step > maxBuckets {
		return &Error{Text: fmt.Sprintf("%s in steps of %s is more than %d buckets: narrow ts, or widen step",
			time.Duration(to-from).Round(time.Hour), b.asked, maxBuckets)}
	}
	one := b.left[0]
	b.found, _, err = b.session.options.Source.Buckets(b.session.ctx, one.stream.Name, one.field.Name, from, to, b.step)
	b.loaded = true
	return err
}

func ceilTo(at, step int64) int64 {
	f := floorTo(at, step)
	if f < at && f <= math.MaxInt64-step {
		f += step
	}
	return f
}

func (b *bucketScan) next() error {
	if b.filter.back {
		b.found = b.found[:len(b.found)-1]
	} else {
		b.found = b.found[1:]
	}
	return b.settle()
}

func (b *bucketScan) done() bool { return len(b.left) == 0 }

func (b *bucketScan) rowid() int64 { return mixed(b.current().Start, int64(b.left[0].number), b.step) }

func (b *bucketScan) current() *history.Bucket {
	if b.filter.back {
		return &b.found[len(b.found)-1]
	}
	return &b.found[0]
}

func (b *bucketScan) column(col int) (vtab.Value, error) {
	one, found := b.left[0], b.current()
	switch col {
	case bucketTime:
		return formatTime(found.Start), nil
	case bucketNanos:
		return found.Start, nil
	case bucketDevice:
		return one.stream.Owner(), nil
	case bucketTag:
		return one.field.Name, nil
	case bucketStream:
		return one.stream.Name, nil
	case bucketStep:
		return b.asked, nil
	case bucketLast:
		return sqlValue(found.Last), nil
	case bucketCount:
		return int64(found.Count), nil
	}
	return found64(found, col), nil
}

// found64 returns one of the numbers of a bucket, or NULL where it has none.
func found64(b *history.Bucket, col int) vtab.Value {
	switch col {
	case bucketMin:
		return number64(b.Min)
	case bucketMax:
		return number64(b.Max)
	case bucketAvg:
		return number64(b.Avg)
	}
	return number64(b.Good)
}

// number64 is a number, or NULL where it is none.
func number64(f float64) vtab.Value {
	if math.IsNaN(f) {
		return nil
	}
	return f
}
