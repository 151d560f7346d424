package conformance

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// Subject is a sink that is held against the suite.
type Subject struct {
	Sink  sinks.Sink
	Start func(t *testing.T, base int64) Far // a far end with nothing in it; base is the time of sequence 0

	Idempotent bool   // what is sent again is there once
	GapsUntold bool   // the far end has no place for gap records
	Impatient  string // keys with which a silent far end is given up within seconds
}

// Far is a far end in a test.
type Far interface {
	// Address returns host:port, and "" where there is no network.
	Address() string

	// Keys returns the keys of a sink that delivers to the far end by way of
	// address, as lines of a configuration.
	Keys(address string) string

	// Seen returns all that is there, in the order of its arrival where the
	// far end keeps that.
	Seen(t *testing.T) []Record
}

// Restarter is a far end that can be stopped and started with what it has.
type Restarter interface {
	Restart(t *testing.T)
}

// Refuser is a far end that refuses some row for good and takes others of the
// same batch. Spoil changes a row of Climate into such a one.
type Refuser interface {
	Spoil(row []tag.Value)
}

// Locked is a far end with credentials. WrongKeys are keys with a secret that it
// refuses, and that secret.
type Locked interface {
	WrongKeys(t *testing.T, address string) (keys, secret string)
}

// Record is a row, or a gap where Gap is not 0. A far end that has no place for identities, such as a time series or a
// Sparkplug host, tells rows by their times: the sequence is then how many seconds after base a row is.
type Record struct {
	Stream      string
	Sequence    uint64
	Temperature float64
	Humidity    string // a number, or empty for none
	Gap         uint64 // how many records are missing from Sequence on
}

// Climate is the schema of the rows that the suite sends.
func Climate(t testing.TB, stream string) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, tag.Field{Name: "temperature", Kind: tag.Float, Unit: "°C"},
		tag.Field{Name: "humidity", Kind: tag.Int}, tag.Field{Name: "note", Kind: tag.String})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// incarnation is that of every record that the suite sends.
const incarnation = 3

// Rows makes a committed batch of n rows from sequence first on, a second apart.
// The temperature is a tenth of the sequence, the humidity the sequence; at
// every fifth row the sensor of humidity has timed out.
func Rows(t testing.TB, base int64, stream string, first uint64, n int) *tag.Batch {
	t.Helper()
	return rows(t, base, stream, first, n, func(int, []tag.Value) {})
}

func rows(t testing.TB, base int64, stream string, first uint64, n int, change func(int, []tag.Value)) *tag.Batch {
	t.Helper()
	schema := Climate(t, stream)
	b := tag.NewBuilder(schema, n)
	for i := range n {
		sequence := first + uint64(i)
		row := b.Row(base + int64(sequence)*int64(time.Second))
		row[0], row[1], row[2] = tag.FloatOf(float64(sequence)/10), tag.UintOf(sequence), tag.StringOf(fmt.Sprintf("row %d", sequence))
		if sequence%5 == 0 {
			row[1] = tag.NullOf(tag.BadTimeout)
		}
		change(i, row)
	}
	return b.Batch().Committed(tag.Identity{Site: "plant-7", Stream: schema.Stream(), Incarnation: incarnation, Sequence: first})
}

// gapOf is the record that n records of a stream are missing.
func gapOf(t testing.TB, base int64, stream string, first, n uint64) *tag.Gap {
	t.Helper()
	return &tag.Gap{
		First: tag.Identity{Site: "plant-7", Stream: Climate(t, stream).Stream(), Incarnation: incarnation, Sequence: first},
		Count: n, Cause: tag.QuotaExceeded, At: base + int64(first)*int64(time.Second),
	}
}

// Options reads the keys of a sink as a configuration would hold them, one a
// line.
func Options(t testing.TB, sink sinks.Sink, keys string) any {
	t.Helper()
	site, err := Parse(sink, keys)
	if err != nil {
		t.Fatal(err)
	}
	return site.Sinks[0].Options
}

// Parse reads a configuration with one sink of these keys.
func Parse(sink sinks.Sink, keys string) (*config.Site, error) {
	spec := sink.Spec()
	catalog, err := config.NewCatalog(nil, []config.SinkType{spec})
	if err != nil {
		return nil, err
	}
	text := "site: plant-7\nsinks:\n  - name: line\n    type: " + spec.Name + "\n"
	for line := range strings.Lines(keys) {
		text += "    " + line
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text + "\n")}}, catalog)
}

// Target is what a sink is opened with in a test.
func Target(options any) sinks.Target {
	return sinks.Target{Site: "plant-7", Name: "line", Options: options, Logger: slog.New(slog.DiscardHandler)}
}
