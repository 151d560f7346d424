package streamsqltest_test

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fastjson"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

// The benchmarks report nanoseconds and allocations per row, and beside each,
// measured in the same run, how much longer that is than a loop over structs
// that somebody wrote by hand for the same query.

// Rows of the benchmarks: devices devices take turns, a millisecond apart.
const (
	devices   = 100
	batchRows = 1000
)

// reading is a row as a program without a schema would hold it.
type reading struct {
	device      string
	temperature float64
	humidity    int64
	status      string
	at          int64
}

// plant makes rows of a second each, as batches and as structs.
type plant struct {
	schema   *tag.Schema
	batches  []*tag.Batch
	readings [][]reading
}

func newPlant(b *testing.B, seconds int) *plant {
	b.Helper()
	schema, err := tag.NewSchema(
		tag.NewStreamID("bench", "plant"), "plant",
		tag.Field{Name: "device", Kind: tag.String}, tag.Field{Name: "temperature", Kind: tag.Float},
		tag.Field{Name: "humidity", Kind: tag.Int}, tag.Field{Name: "status", Kind: tag.String},
	)
	if err != nil {
		b.Fatal(err)
	}
	p := &plant{schema: schema}
	for second := range seconds {
		p.add(second)
	}
	return p
}

func (p *plant) add(second int) {
	builder := tag.NewBuilder(p.schema, batchRows)
	rows := make([]reading, batchRows)
	for i := range rows {
		r := reading{
			device: fmt.Sprintf("device-%02d", i%devices), temperature: float64((i*7+second)%400) / 10,
			humidity: int64(i % 90), status: "ok", at: int64(second)*1e9 + int64(i)*1e6,
		}
		rows[i] = r
		copy(builder.Row(r.at), []tag.Value{
			tag.StringOf(r.device), tag.FloatOf(r.temperature), tag.IntOf(r.humidity), tag.StringOf(r.status),
		})
	}
	p.readings = append(p.readings, rows)
	p.batches = append(p.batches, builder.Batch())
}

func (p *plant) catalog() streamsql.Sources {
	return streamsql.Sources{"plant": {Schema: p.schema}, "other": {Schema: p.schema}}
}

// start compiles and starts a query.
func (p *plant) start(b *testing.B, text string, o streamsql.Options) *streamsql.Exec {
	b.Helper()
	q, err := streamsql.Compile(text, p.catalog())
	if err != nil {
		b.Fatal(err)
	}
	o.Failed = func(f streamsql.Failure) { b.Error(f.Err) }
	return q.New(o)
}

// perRow runs both loops, each over rows rows, and reports the query's time per
// row and its ratio to the other. What counts is the time of the processor, so
// that a machine that others use too gives the same.
func perRow(b *testing.B, rows int, query, byHand func(iteration int)) {
	b.Helper()
	b.ReportAllocs()
	n := 0
	start := processorTime(b)
	for b.Loop() {
		query(n)
		n++
	}
	took := processorTime(b) - start
	start = processorTime(b)
	for i := range n {
		byHand(i)
	}
	hand := processorTime(b) - start
	b.ReportMetric(float64(took.Nanoseconds())/float64(n*rows), "cpu-ns/row")
	b.ReportMetric(float64(took)/float64(max(hand, 1)), "x-by-hand")
	b.ReportMetric(0, "ns/op")
}

// processorTime returns what this process has used so far, its garbage collector
// included.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// sink keeps what the loops by hand compute from being optimised away.
type sink struct {
	rows []reading
}

func BenchmarkFilterAndProject(b *testing.B) {
	p := newPlant(b, 1)
	e := p.start(b, "SELECT device, temperature * 2 AS double FROM plant WHERE temperature > 20 AND humidity < 45", streamsql.Options{})
	var out int
	var s sink
	perRow(b, batchRows, func(int) {
		e.Push(0, 0, p.batches[0], func(b *tag.Batch) { out += b.Len() })
	}, func(int) {
		s.rows = make([]reading, 0, 16)
		for _, r := range p.readings[0] {
			if r.temperature > 20 && r.humidity < 45 {
				s.rows = append(s.rows, reading{device: r.device, temperature: r.temperature * 2, at: r.at})
			}
		}
	})
}

func BenchmarkTumblingGroupBy(b *testing.B) {
	p := newPlant(b, 1)
	e := p.start(b, "SELECT device, avg(temperature) AS mean, max(humidity) AS top FROM plant GROUP BY device, tumble('1s')", streamsql.Options{})
	var out int
	type group struct {
		n   int
		sum float64
		top int64
	}
	perRow(b, batchRows, func(i int) {
		e.Push(int64(i)*1e9, 0, p.batches[0], func(b *tag.Batch) { out += b.Len() })
	}, func(int) {
		groups := make(map[string]*group)
		for _, r := range p.readings[0] {
			g := groups[r.device]
			if g == nil {
				g = &group{}
				groups[r.device] = g
			}
			g.n++
			g.sum += r.temperature
			g.top = max(g.top, r.humidity)
		}
	})
}

func BenchmarkHoppingGroupBy(b *testing.B) {
	p := newPlant(b, 1)
	e := p.start(b, "SELECT device, avg(temperature) AS mean FROM plant GROUP BY device, hop('10s', '1s')", streamsql.Options{})
	var out int
	type group struct {
		n   int
		sum float64
	}
	panes := make([]map[string]*group, 10)
	perRow(b, batchRows, func(i int) {
		e.Push(int64(i)*1e9, 0, p.batches[0], func(b *tag.Batch) { out += b.Len() })
	}, func(i int) {
		pane := make(map[string]*group)
		for _, r := range p.readings[0] {
			g := pane[r.device]
			if g == nil {
				g = &group{}
				pane[r.device] = g
			}
			g.n++
			g.sum += r.temperature
		}
		panes[i%10] = pane
		total := make(map[string]*group)
		for _, pane := range panes {
			for device, g := range pane {
				t := total[device]
				if t == nil {
					t = &group{}
					total[device] = t
				}
				t.n += g.n
				t.sum += g.sum
			}
		}
	})
}

func BenchmarkSliding(b *testing.B) {
	p := newPlant(b, 1)
	e := p.start(b, "SELECT avg(temperature) AS mean FROM plant GROUP BY slide('10s')", streamsql.Options{})
	var out int
	var window []reading
	sum := 0.0
	perRow(b, 100, func(i int) {
		part := p.batches[0].Slice(i%10*100, i%10*100+100)
		e.Push(int64(i)*1e9, 0, part, func(b *tag.Batch) { out += b.Len() })
	}, func(i int) {
		for _, r := range p.readings[0][i%10*100 : i%10*100+100] {
			r.at = int64(i) * 1e9
			window = append(window, r)
			sum += r.temperature
			for window[0].at < r.at-10e9 {
				sum -= window[0].temperature
				window = window[1:]
			}
		}
	})
}

func BenchmarkLagPartitioned(b *testing.B) {
	p := newPlant(b, 1)
	e := p.start(b, "SELECT device, temperature - lag(temperature) OVER (PARTITION BY device) AS step FROM plant", streamsql.Options{})
	var out int
	var s sink
	last := make(map[string]float64)
	perRow(b, batchRows, func(int) {
		e.Push(0, 0, p.batches[0], func(b *tag.Batch) { out += b.Len() })
	}, func(int) {
		s.rows = make([]reading, 0, 16)
		for _, r := range p.readings[0] {
			s.rows = append(s.rows, reading{device: r.device, temperature: r.temperature - last[r.device]})
			last[r.device] = r.temperature
		}
	})
}

func BenchmarkStreamStreamJoin(b *testing.B) {
	p := newPlant(b, 1)
	e := p.start(b, `SELECT a.device, a.temperature - b.temperature AS apart FROM plant a JOIN other b
		ON a.device = b.device AND a.humidity = b.humidity GROUP BY tumble('1s')`, streamsql.Options{})
	var out int
	var s sink
	type key struct {
		device   string
		humidity int64
	}
	perRow(b, 2*batchRows, func(i int) {
		e.Push(int64(i)*1e9, 0, p.batches[0], func(b *tag.Batch) { out += b.Len() })
		e.Push(int64(i)*1e9, 1, p.batches[0], func(b *tag.Batch) { out += b.Len() })
	}, func(int) {
		right := make(map[key][]reading)
		for _, r := range p.readings[0] {
			k := key{r.device, r.humidity}
			right[k] = append(right[k], r)
		}
		s.rows = nil
		for _, l := range p.readings[0] {
			for _, r := range right[key{l.device, l.humidity}] {
				s.rows = append(s.rows, reading{device: l.device, temperature: l.temperature - r.temperature})
			}
		}
	})
}

func BenchmarkJSONFilterAndProject(b *testing.B) {
	p := newPlant(b, 1)
	var payloads [][]byte
	for _, r := range p.readings[0] {
		payloads = append(payloads, fmt.Appendf(nil, `{"device":%q,"temperature":%v,"humidity":%d,"status":%q,"ts":1541152486013}`,
			r.device, r.temperature, r.humidity, r.status))
	}
	q, err := streamsql.Compile("SELECT device, temperature * 2 AS double FROM plant WHERE temperature > 20 AND humidity < 45", streamsql.Sources{"plant": {}})
	if err != nil {
		b.Fatal(err)
	}
	d, err := decode.New(decode.Options{Name: "plant", Columns: q.Sources()[0].Columns})
	if err != nil {
		b.Fatal(err)
	}
	e := q.New(streamsql.Options{})
	var out int
	var s sink
	perRow(b, batchRows, func(int) {
		for _, payload := range payloads {
			if _, err := d.Add(payload, 0, 0); err != nil {
				b.Fatal(err)
			}
		}
		for _, batch := range d.Take() {
			e.Push(0, 0, batch, func(b *tag.Batch) { out += b.Len() })
		}
	}, func(int) {
		s.rows = make([]reading, 0, 16)
		var parser fastjson.Parser
		for _, payload := range payloads {
			v, err := parser.ParseBytes(payload)
			if err != nil {
				b.Fatal(err)
			}
			if t := v.GetFloat64("temperature"); t > 20 && v.GetInt("humidity") < 45 {
				s.rows = append(s.rows, reading{device: string(v.GetStringBytes("device")), temperature: t * 2})
			}
		}
	})
}

// group starts n queries over one stream.
func (p *plant) group(b *testing.B, n int, text func(i int) string) (*streamsql.Group, *int) {
	b.Helper()
	g, out := streamsql.NewGroup(), new(int)
	for i := range n {
		g.Add(p.start(b, text(i), streamsql.Options{Rule: "rule"}), 0, func(b *tag.Batch) { *out += b.Len() })
	}
	return g, out
}

// rulesPerRow reports how many rules a second are done with a row.
func rulesPerRow(b *testing.B, rules int, took time.Duration) {
	b.Helper()
	b.ReportMetric(float64(b.N)*batchRows*float64(rules)/took.Seconds()/1e6, "Meval/cpu-s")
}

// BenchmarkRules300 are rules that each watch for a range of their own: half of
// them are met by a row.
func BenchmarkRules300(b *testing.B) {
	p := newPlant(b, 1)
	g, _ := p.group(b, 300, func(i int) string {
		return fmt.Sprintf("SELECT device, temperature FROM plant WHERE temperature > %d AND humidity < %d", i%40, i%90)
	})
	start := processorTime(b)
	for b.Loop() {
		g.Push(0, p.batches[0])
	}
	rulesPerRow(b, 300, processorTime(b)-start)
}

// BenchmarkRules300EachAlone are the same rules without what the group shares.
func BenchmarkRules300EachAlone(b *testing.B) {
	p := newPlant(b, 1)
	var all []*streamsql.Exec
	for i := range 300 {
		all = append(all, p.start(b,
			fmt.Sprintf("SELECT device, temperature FROM plant WHERE temperature > %d AND humidity < %d", i%40, i%90), streamsql.Options{}))
	}
	out := 0
	start := processorTime(b)
	for b.Loop() {
		for _, e := range all {
			e.Push(0, 0, p.batches[0], func(b *tag.Batch) { out += b.Len() })
		}
	}
	rulesPerRow(b, 300, processorTime(b)-start)
}

// BenchmarkRules10000 are rules for one device and one limit each, of which a
// row meets a few.
func BenchmarkRules10000(b *testing.B) {
	p := newPlant(b, 1)
	g, _ := p.group(b, 10_000, func(i int) string {
		return fmt.Sprintf("SELECT temperature FROM plant WHERE device = 'device-%d' AND temperature > %d", i, i%40)
	})
	start := processorTime(b)
	for b.Loop() {
		g.Push(0, p.batches[0])
	}
	rulesPerRow(b, 10_000, processorTime(b)-start)
}

// windowRule is one of many rules over one window, with aggregates that some of
// them share.
func windowRule(i int) string {
	columns := []string{"temperature", "humidity"}
	functions := []string{"avg", "max", "min", "sum", "count"}
	return fmt.Sprintf("SELECT device, %s(%s) AS a, sum(temperature) AS s FROM plant WHERE humidity > 5 GROUP BY device, tumble('10s') HAVING a > %d",
		functions[i%len(functions)], columns[i/5%len(columns)], i)
}

// tenSeconds pushes batches a second apart, so that every tenth closes a window.
func tenSeconds(b *testing.B, p *plant, push func(now int64, b *tag.Batch)) {
	b.Helper()
	now, start := int64(0), processorTime(b)
	for b.Loop() {
		push(now, p.batches[0])
		now += 1e9
	}
	rulesPerRow(b, 300, processorTime(b)-start)
}

// BenchmarkWindows300 are rules with one window, which is evaluated once.
func BenchmarkWindows300(b *testing.B) {
	p := newPlant(b, 1)
	g, _ := p.group(b, 300, windowRule)
	tenSeconds(b, p, func(now int64, batch *tag.Batch) { g.Push(now, batch) })
}

// BenchmarkWindows300EachAlone are the same rules, each with windows of its own.
func BenchmarkWindows300EachAlone(b *testing.B) {
	p := newPlant(b, 1)
	var all []*streamsql.Exec
	for i := range 300 {
		all = append(all, p.start(b, windowRule(i), streamsql.Options{}))
	}
	tenSeconds(b, p, func(now int64, batch *tag.Batch) {
		for _, e := range all {
			e.Push(now, 0, batch, func(*tag.Batch) {})
		}
	})
}

// BenchmarkIdle100000 are rules, half of them with windows, that have seen no
// row: compiled each by itself and put into one group.
func BenchmarkIdle100000(b *testing.B) {
	const rules = 100_000
	p := newPlant(b, 1)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		g, _ := p.group(b, rules, func(i int) string {
			if i%2 == 0 {
				return windowRule(i)
			}
			return fmt.Sprintf("SELECT device, temperature * 2 AS m FROM plant WHERE temperature > %d AND humidity < 3", i)
		})
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(g)
	}
	held := float64(after.HeapAlloc) - float64(before.HeapAlloc)
	b.ReportMetric(held/rules, "heap-B/rule")
	b.ReportMetric(float64(after.Sys)/1e6, "process-MB")
}
