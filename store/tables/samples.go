package tables

import (
	"modernc.org/sqlite/vtab"

	"github.com/holdfast-edge/holdfast/store/walk"
	"github.com/holdfast-edge/holdfast/tag"
)

// samples is the table with a row per value, a series after the other.
type samples struct{}

// Its columns.
const (
	sampleTime = iota
	sampleDevice
	sampleTag
	sampleValue
	sampleQuality
	sampleLast
	sampleStream
	sampleNanos
)

func (samples) name() string      { return "samples" }
func (samples) streams() []string { return nil }

func (samples) declare() string {
	return "CREATE TABLE x(ts TEXT, device TEXT, tag TEXT, value, quality TEXT, last, stream TEXT, ts_ns INTEGER HIDDEN)"
}

func (samples) shape() shape {
	return shape{
		times: []int{sampleTime}, exact: []int{sampleNanos}, equals: []int{sampleDevice, sampleTag, sampleStream},
		ordered: true, unique: []int{sampleDevice, sampleTag},
	}
}

func (samples) open(s *session) source { return &sampleScan{session: s} }

// sampleScan is a scan of samples.
type sampleScan struct {
	session *session
	filter  filter
	left    []series // the first is the current one
	head    *head
}

func (s *sampleScan) begin(f filter) error {
	s.filter, s.left, s.head = f, nil, nil
	if !f.empty {
		s.left = chosen(&s.session.known, &f, sampleDevice, sampleTag, sampleStream)
	}
	return s.settle()
}

// settle goes on to a row that has a value, in this series or a later one.
func (s *sampleScan) settle() (err error) {
	for len(s.left) > 0 {
		if s.head == nil {
			s.head = &head{walker: walk.New(s.session.options.Source, s.left[0].stream.Name, []string{s.left[0].field.Name})}
			err = s.head.begin(s.session.ctx, s.filter.span, s.filter.back)
		}
		for err == nil && !s.head.done && s.head.value(0).Kind() == tag.Absent {
			err = s.head.next(s.session.ctx)
		}
		if err != nil || !s.head.done {
			return err
		}
		s.left, s.head = s.left[1:], nil
	}
	return nil
}

func (s *sampleScan) next() error {
	if err := s.head.next(s.session.ctx); err != nil {
		return err
	}
	return s.settle()
}

func (s *sampleScan) done() bool { return len(s.left) == 0 }

func (s *sampleScan) rowid() int64 { return s.head.identity(s.left[0].number) }

func (s *sampleScan) column(col int) (vtab.Value, error) {
	switch one := s.left[0]; col {
	case sampleTime:
		return formatTime(s.head.time()), nil
	case sampleNanos:
		return s.head.time(), nil
	case sampleDevice:
		return one.stream.Owner(), nil
	case sampleTag:
		return one.field.Name, nil
	case sampleStream:
		return one.stream.Name, nil
	case sampleQuality:
		return qualityOf(s.head.value(0)), nil
	case sampleLast:
		return sqlValue(s.head.value(0).WithQuality(tag.Good)), nil
	}
	return sqlValue(s.head.value(0)), nil
}
