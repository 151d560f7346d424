package main

import (
	"context"
	"database/sql/driver"
	"log/slog"
	"slices"
	"sync"
	"time"

	commonstmt "github.com/taosdata/driver-go/v3/common/stmt"
	"github.com/taosdata/driver-go/v3/ws/unified"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/tdengine"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
	"github.com/holdfast-edge/holdfast/test/figures"
)

// Size of a round: requests of rows, each a time, a sequence, eight numbers, and
// what is told of the row.
const (
	requests = 40
	perBatch = 10_000
	fields   = 8
)

// cost is what one round took.
type cost struct{ wall, cpu time.Duration }

// result is the rounds of both sides.
type result struct {
	sink, driver []cost
}

// measure runs the sides in turns.
func measure(ctx context.Context, address string, rounds int) (result, error) {
	batch, err := rows()
	if err != nil {
		return result{}, err
	}
	s, err := openSink(ctx, address)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = s.Close(ctx) }()
	d, err := openDriver(address)
	if err != nil {
		return result{}, err
	}
	defer d.client.Close()
	var r result
	for i := range rounds + 2 { // the first two warm up
		a, err := timed(func() error { return bySink(ctx, s, batch) })
		if err != nil {
			return r, err
		}
		b, err := timed(func() error { return d.insert(batch) })
		if err != nil {
			return r, err
		}
		if i >= 2 {
			r.sink, r.driver = append(r.sink, a), append(r.driver, b)
		}
	}
	return r, nil
}

func timed(do func() error) (cost, error) {
	begun, before := time.Now(), figures.ProcessorTime()
	err := do()
	return cost{wall: time.Since(begun), cpu: figures.ProcessorTime() - before}, err
}

// rows is the batch that both sides send.
func rows() (*tag.Batch, error) {
	var all []tag.Field
	for i := range fields {
		all = append(all, tag.Field{Name: "f" + string(rune('0'+i)), Kind: tag.Float})
	}
	schema, err := tag.NewSchema(tag.NewStreamID("bench", "rows"), "rows", all...)
	if err != nil {
		return nil, err
	}
	b := tag.NewBuilder(schema, perBatch)
	for i := range perBatch {
		row := b.Row(1_800_000_000_000_000_000 + int64(i)*1e6)
		for f := range row {
			row[f] = tag.FloatOf(float64(i) + float64(f)/10)
		}
	}
	return b.Batch().Committed(tag.Identity{Site: "bench", Stream: schema.Stream(), Incarnation: 1, Sequence: 1}), nil
}

// openSink opens the sink, with one request on the way as the driver has it.
func openSink(ctx context.Context, address string) (sinks.Writer, error) {
	o := &tdengine.Options{
		Username: "root", Password: config.Secret{}, Database: "bench", Create: true, SameTime: "keep", Method: "stmt2", Precision: "ns", TextWidth: 64,
		Options: bulk.Options{Batch: perBatch, Window: 1, Timeout: time.Minute},
	}
	for text, into := range map[string]*template.Template{"{stream}": &o.SuperTable, "{site}_{stream}": &o.Table} {
		if err := into.UnmarshalText([]byte(text)); err != nil {
			return nil, err
		}
	}
	var url config.URL
	if err := url.UnmarshalText([]byte("ws://" + address)); err != nil {
		return nil, err
	}
	o.URL = []config.URL{url}
	return tdengine.Sink{}.Open(ctx, sinks.Target{Site: "bench", Name: "bench", Options: o, Logger: slog.New(slog.DiscardHandler)})
}

// bySink sends a round through the sink and waits for every answer.
func bySink(ctx context.Context, w sinks.Writer, batch *tag.Batch) error {
	var waiting sync.WaitGroup
	var once sync.Once
	var failed error
	for range requests {
		waiting.Add(1)
		err := w.Send(ctx, sinks.Delivery{Batch: batch}, func(err error) {
			if err != nil {
				once.Do(func() { failed = err })
			}
			waiting.Done()
		})
		if err != nil {
			return err
		}
	}
	waiting.Wait()
	return failed
}

// bare is the driver alone: a statement that binds what the sink binds.
type bare struct {
	client *unified.Client
	stmt   *unified.Stmt
}

func openDriver(address string) (*bare, error) {
	conf := unified.NewConfig([]string{"ws://" + address})
	conf.User = "root"
	c, err := unified.NewConnector(conf, "/ws")
	if err != nil {
		return nil, err
	}
	client, err := c.Connect()
	if err != nil {
		return nil, err
	}
	b := &bare{client: client}
	for _, sql := range []string{
		"CREATE DATABASE IF NOT EXISTS bare PRECISION 'ns'",
		"CREATE STABLE IF NOT EXISTS bare.rows (ts TIMESTAMP, seq BIGINT PRIMARY KEY, f0 DOUBLE, f1 DOUBLE, f2 DOUBLE, f3 DOUBLE, f4 DOUBLE, f5 DOUBLE, " +
			"f6 DOUBLE, f7 DOUBLE, incarnation BIGINT, quality VARCHAR(256), historical BOOL) TAGS (site VARCHAR(192), stream VARCHAR(192))",
	} {
		if _, err := client.Exec(0, sql); err != nil {
			return nil, err
		}
	}
	if b.stmt, err = client.InitStmt(0); err != nil {
		return nil, err
	}
	return b, b.stmt.Prepare(0, "INSERT INTO bare.rows (tbname, site, stream, ts, seq, incarnation, quality, historical, f0, f1, f2, f3, f4, f5, f6, f7) "+
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
}

// insert binds the rows as the shortest program would, and runs the statement.
func (b *bare) insert(batch *tag.Batch) error {
	for range requests {
		cols := make([][]driver.Value, 5+fields)
		for c := range cols {
			cols[c] = make([]driver.Value, batch.Len())
		}
		for i := range batch.Len() {
			cols[0][i], cols[1][i], cols[2][i], cols[4][i] = batch.Time(i), int64(i+1), int64(1), false
			for f, v := range batch.Row(i) {
				cols[5+f][i], _ = v.Float()
			}
		}
		data := []*commonstmt.TaosStmt2BindData{{TableName: "bench_rows", Tags: []driver.Value{"bench", "rows"}, Cols: cols}}
		if err := b.stmt.Bind(data); err != nil {
			return err
		}
		if _, err := b.stmt.Exec(0); err != nil {
			return err
		}
	}
	return nil
}

// median is the middle of what of gives.
func median(all []cost, of func(cost) time.Duration) time.Duration {
	values := make([]time.Duration, len(all))
	for i, c := range all {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
