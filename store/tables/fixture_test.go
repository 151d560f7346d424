package tables_test

import (
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/history/historytest"
	"github.com/holdfast-edge/holdfast/store/tables"
	"github.com/holdfast-edge/holdfast/tag"
)

// noon is when these tests' history ends.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

const second = int64(time.Second)

func schema(t testing.TB, stream string, fields ...tag.Field) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, fields...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// climate is rows of a boiler, n of them a second apart until before noon: a
// temperature that is a whole number of tenths and Bad in every 17th row, a
// humidity that is absent in every 5th, a pump that is on and off.
func climate(t testing.TB, first, n int) *tag.Batch {
	t.Helper()
	s := schema(t, "boiler.climate", tag.Field{Name: "temperature", Kind: tag.Float, Unit: "°C"},
		tag.Field{Name: "humidity", Kind: tag.Int}, tag.Field{Name: "pump", Kind: tag.Bool})
	b := tag.NewBuilder(s, n)
	for i := first; i < first+n; i++ {
		row := b.Row(noon.UnixNano() - int64(rowsOfClimate-i)*second)
		row[0] = tag.FloatOf(math.Round(200+50*math.Sin(float64(i)/300)) / 10)
		if i%17 == 0 {
			row[0] = row[0].WithQuality(tag.BadTimeout)
		}
		if i%5 != 0 {
			row[1] = tag.IntOf(int64(40 + i%30))
		}
		row[2] = tag.BoolOf(i/60%2 == 0)
	}
	return b.Batch()
}

// rowsOfClimate is three hours of them.
const rowsOfClimate = 3 * 3600

// state is a row of another group of the boiler each minute.
func state(t testing.TB) *tag.Batch {
	t.Helper()
	b := tag.NewBuilder(schema(t, "boiler.state", tag.Field{Name: "mode", Kind: tag.String}, tag.Field{Name: "pressure", Kind: tag.Uint}), 180)
	for i := range 180 {
		row := b.Row(noon.UnixNano() - int64(180-i)*60*second + 500e6)
		row[0] = tag.StringOf([]string{"idle", "heating", "it's hot"}[i%3])
		row[1] = tag.UintOf(uint64(1000 + i))
	}
	return b.Batch()
}

// sensors is a stream that is of no device.
func sensors(t testing.TB) *tag.Batch {
	t.Helper()
	b := tag.NewBuilder(schema(t, "sensors", tag.Field{Name: "ts"}, tag.Field{Name: "Level"}, tag.Field{Name: "level"}, tag.Field{Name: "raw"}), 3)
	for i := range 3 {
		row := b.Row(noon.UnixNano() - int64(3-i)*second)
		row[0], row[1], row[2] = tag.IntOf(int64(i)), tag.FloatOf(float64(i)+0.5), tag.IntOf(int64(-i))
		row[3] = tag.ArrayOf([]tag.Value{tag.IntOf(int64(i)), tag.StringOf("x")})
	}
	return b.Batch()
}

func known() (catalog.Catalog, error) {
	return catalog.Catalog{Site: "plant-7", Streams: []catalog.Stream{
		{Name: "boiler.climate", Device: "boiler", Group: "climate", Fields: []catalog.Field{
			{Name: "temperature", Unit: "°C", Type: "float64", Description: "vessel temperature"}, {Name: "humidity"}, {Name: "pump"},
		}},
		{Name: "boiler.state", Device: "boiler", Group: "state", Fields: []catalog.Field{{Name: "mode"}, {Name: "pressure"}}},
		{Name: "sensors", Fields: []catalog.Field{{Name: "ts"}, {Name: "Level"}, {Name: "level"}, {Name: "raw"}}},
		{Name: "silent", Fields: []catalog.Field{{Name: "nothing"}}},
	}}, nil
}

// engine answers over a history of which a part is stored and a part is fresh.
func engine(t testing.TB, change ...func(*tables.Options)) *tables.Engine {
	t.Helper()
	h := historytest.Filled(t, noon,
		[]*tag.Batch{climate(t, 0, 8000), state(t)}, []*tag.Batch{climate(t, 8000, rowsOfClimate-8000), sensors(t)})
	o := tables.Options{Source: h, Catalog: known, Now: func() time.Time { return noon }}
	for _, c := range change {
		c(&o)
	}
	e, err := tables.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// answer is all rows of a query.
func answer(t testing.TB, e *tables.Engine, q tables.Query) (rows [][]any, r *tables.Rows, err error) {
	t.Helper()
	r, err = e.Query(t.Context(), q)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	for r.Next() {
		rows = append(rows, append([]any(nil), r.Values()...))
	}
	err = r.Err()
	return rows, r, err
}
