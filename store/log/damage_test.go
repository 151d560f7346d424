package log_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// damaged fills a log with some segments, stops it, lets damage change one of
// its files, and starts it again.
func damaged(t *testing.T, damage func(files []string)) (n *node, total uint64) {
	t.Helper()
	n = start(t, small)
	n.cursor("line", log.CursorOptions{SingleLane: true})
	total = uint64(n.fill("boiler", 0, 4)) * noiseRows
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	damage(n.segments("*.seg"))
	n.open()
	return n, total
}

// rewrite changes the octets of a file in place, which keeps its identity.
func rewrite(t *testing.T, path string, change func(image []byte)) {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change(image)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(image, 0); err != nil {
		t.Fatal(err)
	}
}

// overflowPage returns a place inside a large value: a page that does not begin
// with a page's own number.
func overflowPage(t *testing.T, image []byte) int {
	t.Helper()
	for page := len(image) / bolt.PageSize / 2; page < len(image)/bolt.PageSize; page++ {
		at := page * bolt.PageSize
		if id := image[at : at+8]; !bytes.Equal(id, []byte{byte(page), byte(page >> 8), 0, 0, 0, 0, 0, 0}) && !bytes.Equal(id, make([]byte, 8)) {
			return at + 100
		}
	}
	t.Fatal("no large value")
	return 0
}

func TestAFlippedBitInAPayloadCostsItsBlock(t *testing.T) {
	n, total := damaged(t, func(files []string) {
		rewrite(t, files[1], func(image []byte) { image[overflowPage(t, image)] ^= 0x10 })
	})
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	accounted, gaps := consume(t, c, "boiler", total)
	if accounted != total || gaps == 0 || gaps > 4*noiseRows {
		t.Errorf("%d of %d records accounted for, %d by gaps", accounted, total, gaps)
	}
	if dropped := n.Stats().Dropped[log.Drop{Stream: "boiler", Cause: tag.Corrupt}]; dropped != gaps {
		t.Errorf("%d counted, %d in gaps", dropped, gaps)
	}
}

func TestASegmentThatCannotBeFollowedIsPutAsideAndTheRestGoesOn(t *testing.T) {
	n, total := damaged(t, func(files []string) {
		rewrite(t, files[1], func(image []byte) {
			for page := range len(image) / bolt.PageSize { // every page calls itself another one
				if page > 1 {
					image[page*bolt.PageSize] ^= 0x80
				}
			}
		})
	})
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	accounted, gaps := consume(t, c, "boiler", total)
	if accounted != total || gaps == 0 || gaps > total/2 {
		t.Errorf("%d of %d records accounted for, %d by gaps", accounted, total, gaps)
	}
	if files := n.segments("*.corrupt"); len(files) != 1 || n.Stats().Quarantined != 1 {
		t.Errorf("put aside: %v", files)
	}
}

func TestASegmentThatIsGoneIsAccountedFor(t *testing.T) {
	for name, lost := range map[string]int{"first": 0, "middle": 1, "last before the active": 2} {
		t.Run(name, func(t *testing.T) {
			n, total := damaged(t, func(files []string) {
				if err := os.Remove(files[lost]); err != nil {
					t.Fatal(err)
				}
			})
			c := n.cursor("line", log.CursorOptions{SingleLane: true})
			if accounted, gaps := consume(t, c, "boiler", total); accounted != total || gaps == 0 {
				t.Errorf("%d of %d records accounted for, %d by gaps", accounted, total, gaps)
			}
		})
	}
}

func TestAnActiveSegmentThatIsDamagedBeginsANewIncarnation(t *testing.T) {
	n, _ := damaged(t, func(files []string) {
		rewrite(t, files[len(files)-1], func(image []byte) {
			clear(image[:2*bolt.PageSize]) // both meta pages
		})
	})
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	id := n.appendSync(noise("boiler", 1000))
	if id.Sequence != 1 {
		t.Errorf("a new life begins with sequence %d", id.Sequence)
	}
	rows := uint64(0)
	for {
		e := next(t, c)
		c.Ack(e)
		if e.First().Incarnation == id.Incarnation {
			break
		}
		if e.First().Incarnation > id.Incarnation {
			t.Errorf("an older record has incarnation %d, the new ones %d", e.First().Incarnation, id.Incarnation)
		}
		rows += e.Rows()
	}
	if rows == 0 {
		t.Error("what the other segments have is gone, too")
	}
}

// TestAFlippedBitIsNeverBelieved flips bits at random: whatever happens, the log
// opens, everything is accounted for by a row or a gap unless the end itself is
// lost, and no row has a value that was not appended.
func TestAFlippedBitIsNeverBelieved(t *testing.T) {
	n, total := damaged(t, func([]string) {})
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	images := map[string][]byte{}
	files := n.segments("*.seg")
	for _, file := range files {
		image, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		images[file] = image
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range rounds(25) {
		file := files[random.IntN(len(files)-1)]
		place, bit := random.IntN(len(images[file])), random.IntN(8)
		restore(t, n, images)
		rewrite(t, file, func(image []byte) { image[place] ^= 1 << bit })
		n.open()
		c := n.cursor("line", log.CursorOptions{SingleLane: true})
		believe(t, c, total)
		if err := n.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// restore writes the files as they were, in place where they still are.
func restore(t *testing.T, n *node, images map[string][]byte) {
	t.Helper()
	for _, file := range n.segments("*") {
		if images[file] == nil {
			if err := os.RemoveAll(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for file, image := range images {
		if err := os.WriteFile(file, image, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// believe takes everything and compares the rows with what was appended.
func believe(t *testing.T, c *log.Cursor, total uint64) {
	t.Helper()
	seen := map[uint64]bool{}
	for uint64(len(seen)) < total {
		e := next(t, c)
		c.Ack(e)
		first := e.First().Sequence
		for i := range e.Rows() {
			seen[first+i] = true
		}
		if e.Batch == nil {
			continue
		}
		want := noise("boiler", number(e)/noiseRows)
		for i := range e.Batch.Len() {
			for slot, v := range e.Batch.Row(i) {
				if !v.Equal(want.Row(i)[slot]) {
					t.Fatalf("row %d has a value that was not appended", first+uint64(i))
				}
			}
		}
	}
}

func TestASegmentThatIsCutShortIsAccountedFor(t *testing.T) {
	for name, size := range map[string]int64{"to nothing": 0, "to less than a page": 100, "by half": 600 << 10} {
		t.Run(name, func(t *testing.T) {
			n, total := damaged(t, func(files []string) {
				if err := os.Truncate(files[1], size); err != nil {
					t.Fatal(err)
				}
			})
			c := n.cursor("line", log.CursorOptions{SingleLane: true})
			if accounted, gaps := consume(t, c, "boiler", total); accounted != total || gaps == 0 {
				t.Errorf("%d of %d records accounted for, %d by gaps", accounted, total, gaps)
			}
		})
	}
}

func TestASegmentThatIsRemovedUnderTheLogIsAccountedFor(t *testing.T) {
	n, total := damaged(t, func([]string) {})
	if err := os.Remove(n.segments("*.seg")[1]); err != nil {
		t.Fatal(err)
	}
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	if accounted, gaps := consume(t, c, "boiler", total); accounted != total || gaps == 0 {
		t.Errorf("%d of %d records accounted for, %d by gaps", accounted, total, gaps)
	}
	n.appendSync(noise("boiler", 1000))
}

func TestAnActiveSegmentThatIsRemovedUnderTheLogLosesNothing(t *testing.T) {
	n := start(t, small)
	n.cursor("line", log.CursorOptions{SingleLane: true})
	for number := range 3 {
		n.appendSync(batch("boiler", number))
	}
	if err := os.Remove(n.segments("*.seg")[0]); err != nil {
		t.Fatal(err)
	}
	last := n.appendSync(batch("boiler", 3))
	n.restart()
	if id := n.appendSync(batch("boiler", 4)); id.Sequence != last.Sequence+1 || id.Incarnation != last.Incarnation {
		t.Errorf("%v follows %v", id, last)
	}
	for i, e := range take(t, n.cursor("line", log.CursorOptions{SingleLane: true}), 5) {
		if number(e) != i {
			t.Errorf("entry %d is %d", i, number(e))
		}
	}
}

func TestNothingIsAcknowledgedWhereTheDirectoryIsGone(t *testing.T) {
	n := start(t, small, func(o *log.Options) { o.Dir = filepath.Join(t.TempDir(), "log") })
	n.cursor("line", log.CursorOptions{SingleLane: true})
	n.appendSync(batch("boiler", 0))
	if err := os.RemoveAll(n.options.Dir); err != nil {
		t.Fatal(err)
	}
	if id, err := n.AppendSync(t.Context(), batch("boiler", 1)); err == nil {
		t.Errorf("%v is acknowledged", id)
	}
}

func TestASchemaThatIsDamagedCostsItsBatchesAndNoAudit(t *testing.T) {
	n, total := damaged(t, func(files []string) {
		rewrite(t, files[1], func(image []byte) {
			for at, name := 0, []byte("f17"); ; at++ { // wherever it stands, in pages that are free, too
				next := bytes.Index(image[at:], name)
				if next < 0 {
					return
				}
				at += next
				image[at] ^= 0x10
			}
		})
	})
	audit, err := n.Audit(t.Context())
	if err != nil || len(audit.Damaged) == 0 {
		t.Errorf("an audit finds %v, %v", audit.Damaged, err)
	}
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	if accounted, gaps := consume(t, c, "boiler", total); accounted != total || gaps == 0 {
		t.Errorf("%d of %d records accounted for, %d by gaps", accounted, total, gaps)
	}
}
