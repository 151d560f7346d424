package history_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// reading is one row of one field, as a test knows it.
type reading struct {
	at int64
	v  tag.Value
}

// ledger is what a history was given, and what it must sum up to.
type ledger []reading

// buckets sums the readings up the plain way. Readings are by time.
func (l ledger) buckets(from, to, step int64) (all []history.Bucket) {
	for start := from; start < to; start += step {
		b := history.Bucket{Start: start, Min: math.NaN(), Max: math.NaN(), Avg: math.NaN()}
		good := 0
		for _, r := range l {
			if r.at < start || r.at >= min(start+step, to) || r.v.Kind() == tag.Absent {
				continue
			}
			b.Count++
			b.Last = r.v
			if r.v.Quality().IsGood() {
				good++
			}
			if f, ok := r.v.Float(); ok && !r.v.IsNull() {
				if b.Numbers == 0 {
					b.Min, b.Max = f, f
				}
				b.Numbers++
				b.Min, b.Max, b.Sum = min(b.Min, f), max(b.Max, f), b.Sum+f
			}
		}
		if b.Count == 0 {
			continue
		}
		if b.Numbers > 0 {
			b.Avg = b.Sum / float64(b.Numbers)
		}
		b.Good = float64(good) / float64(b.Count)
		all = append(all, b)
	}
	return all
}

// mustSumUp fails unless the history gives the buckets of the ledger.
func (a *archive) mustSumUp(l ledger, stream string, from, to, step int64) {
	a.t.Helper()
	got, _, err := a.Buckets(a.t.Context(), stream, "f0", from, to, step)
	if err != nil {
		a.t.Fatal(err)
	}
	want := l.buckets(from, to, step)
	if len(got) != len(want) {
		a.t.Fatalf("%d buckets of %s, want %d", len(got), time.Duration(step), len(want))
	}
	for i := range got {
		if text := difference(got[i], want[i]); text != "" {
			a.t.Fatalf("bucket %d of %s: %s", i, time.Duration(step), text)
		}
	}
}

func difference(got, want history.Bucket) string {
	if got.Start != want.Start || got.Count != want.Count || got.Numbers != want.Numbers || got.Good != want.Good || !got.Last.Equal(want.Last) {
		return fmt.Sprintf("%+v, want %+v", got, want)
	}
	for _, pair := range [][2]float64{{got.Min, want.Min}, {got.Max, want.Max}, {got.Avg, want.Avg}, {got.Sum, want.Sum}} {
		if math.Abs(pair[0]-pair[1]) > 1e-9*math.Abs(pair[1]) || math.IsNaN(pair[0]) != math.IsNaN(pair[1]) {
			return fmt.Sprintf("%+v, want %+v", got, want)
		}
	}
	return ""
}

// variety returns a value of a random kind and quality; most are numbers.
func variety(random *rand.Rand) tag.Value {
	switch random.IntN(12) {
	case 0:
		return tag.NullOf(tag.BadTimeout)
	case 1:
		return tag.StringOf([]string{"open", "shut"}[random.IntN(2)])
	case 2:
		return tag.FloatOf(99).WithQuality(tag.BadSensorFailure)
	case 3:
		return tag.IntOf(int64(random.IntN(100))).WithQuality(tag.UncertainLastUsable)
	case 4:
		return tag.Value{}
	default:
		return tag.FloatOf(float64(random.IntN(10_000)) / 10)
	}
}

// give gives readings, some rows at a time, in one field of a stream of two.
func (l ledger) give(a *archive, stream string) {
	schema := storetest.Stream(stream, 2)
	for i := 0; i < len(l); i += 50 {
		some := l[i:min(i+50, len(l))]
		b := tag.NewBuilder(schema, len(some))
		for _, r := range some {
			row := b.Row(r.at)
			row[0], row[1] = r.v, tag.IntOf(1)
		}
		a.feed.give(b.Batch())
	}
}

// randomLedger has n readings from a time on, some seconds apart.
func randomLedger(random *rand.Rand, n int, at int64) (l ledger) {
	for range n {
		at += random.Int64N(20 * second)
		l = append(l, reading{at, variety(random)})
	}
	return l
}

// tiered starts a history with shards of ten minutes and a clock that a test
// moves, from epoch on.
func tiered(t *testing.T, change ...func(*history.Options)) (*archive, *atomic.Int64) {
	var now atomic.Int64
	now.Store(epoch + 24*hour)
	base := func(o *history.Options) {
		o.ShardWidth, o.FlushValues = 10*time.Minute, 100
		o.Now = func() time.Time { return time.Unix(0, now.Add(1)) }
	}
	return start(t, append([]func(*history.Options){base}, change...)...), &now
}

// summedUp makes the history seal and sum up all that is to be.
func (a *archive) summedUp(shards int64) {
	a.t.Helper()
	for a.Stats().Summed < shards {
		before := a.Stats().Flushes
		a.flushNow()
		eventually(a.t, "flushed", func() bool { return a.Stats().Flushes > before })
	}
}

func TestTheTiersSayWhatTheRowsSay(t *testing.T) {
	a, _ := tiered(t)
	l := randomLedger(rand.New(rand.NewPCG(1, 2)), 2000, epoch) // about 5 h 30 min
	l.give(a, "boiler")
	steps := []int64{minute, 5 * minute, hour, 7 * minute, 90 * second}
	all := func() {
		t.Helper()
		for _, step := range steps {
			a.mustSumUp(l, "boiler", epoch, epoch+7*hour, step)
		}
		a.mustSumUp(l, "boiler", epoch+3*minute, epoch+3*hour, minute)
		a.mustSumUp(l, "boiler", epoch+30*second, epoch+200*minute+7, minute)
	}
	a.settled(2000)
	all()
	a.summedUp(12)
	all()
	a.summedUp(34)
	all()
	a.flushed()
	all()
}

func TestWhatTheRetentionRemovesStaysInTheTiers(t *testing.T) {
	a, now := tiered(t, func(o *history.Options) { o.MaxAge, o.LateWithin = 30*time.Hour, 1000*time.Hour })
	l := randomLedger(rand.New(rand.NewPCG(3, 4)), 1000, epoch) // about 2 h 45 min
	l.give(a, "boiler")
	a.settled(1000)
	now.Store(epoch + 50*hour)
	for a.Stats().Shards > 1 {
		a.feed.give(storetest.Rows(storetest.Stream("boiler", 2), 0, 100, now.Load()))
		a.flushNow()
	}
	if found := a.all("boiler", "f0", epoch, epoch+3*hour); len(found) > 0 {
		t.Fatalf("%d rows are still there", len(found))
	}
	for _, step := range []int64{minute, 10 * minute, hour, 3 * hour} {
		a.mustSumUp(l, "boiler", epoch, epoch+3*hour, step)
	}
	a.flushed()
	a.mustSumUp(l, "boiler", epoch, epoch+3*hour, minute)
	a.mustSumUp(l, "boiler", epoch, epoch+3*hour, hour)
	if got, _, err := a.Buckets(t.Context(), "boiler", "f0", epoch, epoch+hour, 10*second); err != nil || len(got) < 50 || len(got) > 60 {
		t.Errorf("a step finer than what is left gives %d buckets, %v", len(got), err)
	}
}

func TestRowsTooLateForTheirShardAreCountedAndChangeNoSum(t *testing.T) {
	a, now := tiered(t, func(o *history.Options) { o.MaxAge, o.LateWithin = 30*time.Hour, 1000*time.Hour })
	l := randomLedger(rand.New(rand.NewPCG(5, 6)), 200, epoch)
	l.give(a, "boiler")
	a.settled(200)
	now.Store(epoch + 50*hour)
	for a.Stats().Shards > 1 {
		a.feed.give(storetest.Rows(storetest.Stream("boiler", 2), 0, 100, now.Load()))
		a.flushNow()
	}
	before := a.Stats().Late
	a.feed.give(storetest.Rows(storetest.Stream("boiler", 2), 0, 60, epoch+minute))
	a.feed.give(storetest.Rows(storetest.Stream("boiler", 2), 0, 100, now.Load()))
	eventually(t, "counted", func() bool { return a.Stats().Late == before+60 })
	a.mustSumUp(l, "boiler", epoch, epoch+hour, minute)
}

func TestLateRowsAreInTheSumsAtOnceAndForGood(t *testing.T) {
	a, _ := tiered(t)
	random := rand.New(rand.NewPCG(7, 8))
	l := randomLedger(random, 400, epoch)
	l.give(a, "boiler")
	a.settled(400)
	a.summedUp(3)
	late := ledger{{epoch + 61*second + 1, tag.FloatOf(5000)}, {epoch + 12*minute + 1, tag.FloatOf(-7)}}
	late.give(a, "boiler")
	all := append(append(ledger{}, l...), late...)
	sortLedger(all)
	eventually(t, "taken", func() bool { s := a.Stats(); return s.Rows+s.Late+s.Future >= a.given })
	a.mustSumUp(all, "boiler", epoch, epoch+2*hour, minute)
	a.flushNow()
	a.mustSumUp(all, "boiler", epoch, epoch+2*hour, minute)
	a.summedUp(a.Stats().Summed + 2)
	a.mustSumUp(all, "boiler", epoch, epoch+2*hour, minute)
	a.mustSumUp(all, "boiler", epoch, epoch+2*hour, hour)
}

func sortLedger(l ledger) {
	for i := range l {
		for k := i; k > 0 && l[k].at < l[k-1].at; k-- {
			l[k], l[k-1] = l[k-1], l[k]
		}
	}
}

func TestADamagedTierGivesWayToTheRows(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"truncated": func(path string) error { return os.Truncate(path, 5000) },
		"garbled":   garble,
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := tiered(t)
			l := randomLedger(rand.New(rand.NewPCG(9, 10)), 400, epoch)
			l.give(a, "boiler")
			a.settled(400)
			a.summedUp(6)
			a.stop()
			files, err := filepath.Glob(filepath.Join(a.options.Dir, "1m", "*.hist"))
			if err != nil || len(files) == 0 {
				t.Fatalf("%v, %v", files, err)
			}
			for _, path := range files {
				if err := damage(path); err != nil {
					t.Fatal(err)
				}
			}
			a.open()
			a.mustSumUp(l, "boiler", epoch, epoch+2*hour, minute)
			if s := a.Stats(); s.Quarantined+int(s.Damaged) == 0 {
				t.Error("nobody noticed")
			}
		})
	}
}

// garble changes an octet in the middle of every value that is as long as a
// block, and leaves what leads to it as it is.
func garble(path string) error {
	image, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for page := 0; page+4096 <= len(image); page += 4096 {
		if image[page+8] != 2 { // not a leaf
			continue
		}
		for i := range int(image[page+10]) {
			element := page + 16 + 16*i
			field := func(at int) int { return int(binary.LittleEndian.Uint32(image[element+at:])) }
			value := element + field(4) + field(8)
			if size := field(12); field(0) == 0 && size > 60 && value+size < len(image) {
				image[value+size/2] ^= 0x55
			}
		}
	}
	return os.WriteFile(path, image, 0o600)
}

func TestARowInMemoryOverrulesTheTier(t *testing.T) {
	a, _ := tiered(t, func(o *history.Options) { o.FlushValues = 1000 })
	l := ledger{{epoch, tag.FloatOf(1)}, {epoch + 5*minute, tag.FloatOf(2)}}
	l.give(a, "boiler")
	filler := func() {
		before := a.Stats().Flushes
		a.feed.give(storetest.Rows(storetest.Stream("filler", 10), 0, 100, epoch+20*hour))
		eventually(t, "flushed", func() bool { return a.Stats().Flushes > before })
	}
	filler()
	for a.Stats().Summed == 0 {
		filler()
	}
	late := ledger{{epoch + 30*second, tag.FloatOf(9)}}
	late.give(a, "boiler")
	eventually(t, "in memory", func() bool { return a.Stats().Waiting > 0 })
	a.mustSumUp(ledger{l[0], late[0], l[1]}, "boiler", epoch, epoch+hour, minute)
}

func TestTheSumsOfADamagedShardAreLeft(t *testing.T) {
	a, _ := tiered(t)
	l := randomLedger(rand.New(rand.NewPCG(11, 12)), 30, epoch)
	l.give(a, "boiler")
	a.settled(30)
	a.summedUp(3)
	a.stop()
	files, err := filepath.Glob(filepath.Join(a.options.Dir, "*.hist"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, path := range files {
		if err := os.Truncate(path, 5000); err != nil {
			t.Fatal(err)
		}
	}
	a.open()
	a.mustSumUp(l, "boiler", epoch, epoch+hour, minute)
	a.mustSumUp(l, "boiler", epoch, epoch+hour, hour)
}
