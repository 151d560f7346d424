package report

import (
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Gate makes rows of what is news of a group. It has one owner.
type Gate struct {
	filters  []*Filter // by slot; nil: every value is news
	every    int64     // least time between two rows in ns; 0: none
	early    int64     // how much before it is over a row may come, since scans are not quite regular
	shown    []tag.Value
	times    []int64
	fresh    []bool     // news that waits
	waiting  int        // of them
	last     int64      // time of the last row
	news     [][]Sample // of the values that are offered now
	withheld uint64
}

// Row is a row to be published. It is the receiver's to keep.
type Row struct {
	Time   int64
	Values []tag.Value
	Stamps []int64 // source times
}

// NewGate returns a gate of tags with these filters, nil for a tag without one.
// Between two rows lies the time every, within half a scan.
func NewGate(filters []*Filter, every, scan time.Duration) *Gate {
	n := len(filters)
	g := &Gate{filters: filters, shown: make([]tag.Value, n), times: make([]int64, n), fresh: make([]bool, n), news: make([][]Sample, n)}
	if every > scan {
		g.every, g.early = int64(every), int64(scan/2)
	}
	return g
}

// Withheld returns how many of the values offered so far were not published.
func (g *Gate) Withheld() uint64 { return g.withheld }

// Offer takes in values with their source times; what is absent has not been
// read. It returns the rows to be published now, in the order of time.
func (g *Gate) Offer(values []tag.Value, stamps []int64, at int64) []Row {
	urgent, corners := false, false
	for slot, v := range values[:len(g.filters)] {
		if g.news[slot] = g.news[slot][:0]; v.Kind() == tag.Absent {
			continue
		}
		s := Sample{Value: v, Time: at}
		if stamps[slot] != 0 {
			s.Time = stamps[slot]
		}
		urgent = urgent || v.Quality() != g.shown[slot].Quality() || g.shown[slot].Kind() == tag.Absent
		g.news[slot] = g.filter(g.news[slot], slot, s)
		corners = corners || len(g.news[slot]) > 1
		if len(g.news[slot]) == 0 {
			g.withheld++
		}
	}
	var rows []Row
	if corners {
		rows = append(rows, g.corners())
	}
	for slot, news := range g.news {
		if len(news) > 0 {
			g.show(slot, news[len(news)-1])
		}
	}
	if g.waiting == 0 || !urgent && g.Wait(at) > 0 {
		return rows
	}
	return append(rows, g.row(at))
}

// Wait returns how long the news that waits has to: 0 where it is due or there is none.
func (g *Gate) Wait(at int64) time.Duration {
	if g.waiting == 0 || g.last == 0 {
		return 0
	}
	return time.Duration(max(g.last+g.every-g.early-at, 0))
}

// Due returns the row of the news that waits, none where nothing does.
func (g *Gate) Due(at int64) []Row {
	if g.waiting == 0 {
		return nil
	}
	return []Row{g.row(at)}
}

// Again returns a row of what holds though nothing has been offered: what is
// shown, each with its source time, and the newest of what doors hold back.
func (g *Gate) Again(at int64) Row {
	for slot, f := range g.filters {
		if f == nil {
			continue
		}
		if held := f.Flush(nil); len(held) > 0 {
			g.show(slot, held[0])
		}
	}
	return g.row(at)
}

// Shown returns the values as they were reported last, with their source
// times, not to be changed and valid until the next call.
func (g *Gate) Shown() ([]tag.Value, []int64) { return g.shown, g.times }

// Close returns the row of what still waits, and forgets what was reported: the
// next values are news.
func (g *Gate) Close(at int64) []Row {
	for slot, f := range g.filters {
		if f == nil {
			continue
		}
		if held := f.Flush(nil); len(held) > 0 {
			g.show(slot, held[0])
		}
		f.Reset()
	}
	rows := g.Due(at)
	g.last = 0
	return rows
}

// Spoil gives all values that are shown a quality, so that none of them is taken for news of later.
func (g *Gate) Spoil(q tag.Quality) {
	for slot, v := range g.shown {
		if v.Kind() != tag.Absent {
			g.shown[slot] = v.WithQuality(q)
		}
	}
}

func (g *Gate) filter(dst []Sample, slot int, s Sample) []Sample {
	if f := g.filters[slot]; f != nil {
		return f.Offer(dst, s)
	}
	return append(dst, s)
}

// show takes news into the next row.
func (g *Gate) show(slot int, s Sample) {
	g.shown[slot], g.times[slot] = s.Value, s.Time
	if g.fresh[slot] {
		g.withheld++ // the one before was not published and will not be
		return
	}
	g.fresh[slot] = true
	g.waiting++
}

// corners returns a row of the corners that come before what is read now, at the time of the newest of them.
func (g *Gate) corners() Row {
	r := Row{}
	for slot, news := range g.news {
		if len(news) > 1 {
			g.shown[slot], g.times[slot] = news[0].Value, news[0].Time
			r.Time = max(r.Time, news[0].Time)
		}
	}
	r.Values, r.Stamps = slices.Clone(g.shown), slices.Clone(g.times)
	return r
}

func (g *Gate) row(at int64) Row {
	clear(g.fresh)
	g.waiting, g.last = 0, at
	return Row{Time: at, Values: slices.Clone(g.shown), Stamps: slices.Clone(g.times)}
}
