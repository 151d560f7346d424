package history

import (
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// sampleBlock returns a block of three rows of a stream with two fields.
func sampleBlock(t testing.TB) ([]byte, *shardStream, *unpacker) {
	t.Helper()
	p, err := newPacker()
	if err != nil {
		t.Fatal(err)
	}
	u, err := newUnpacker()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.decoder.Close)
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "boiler"), "boiler", tag.Field{Name: "f0"}, tag.Field{Name: "f1"})
	if err != nil {
		t.Fatal(err)
	}
	rows := &sheet{within: forever}
	for i, row := range [][]tag.Value{
		{tag.FloatOf(1.5), tag.StringOf("a")}, {tag.NullOf(tag.BadTimeout), tag.StringOf("b")}, {tag.FloatOf(2.5), {}},
	} {
		at := int64(10 * (i + 1))
		rows.add(tag.OneRow(schema, at, row, []int64{at, []int64{9, 19, 31}[i]}), 0, 1)
	}
	stream := &shardStream{name: "boiler"}
	stream.field(tag.Field{Name: "f0"})
	stream.field(tag.Field{Name: "f1"})
	return rows.block(p, []uint32{0, 1}), stream, u
}

// readAll reads a block as a query does.
func readAll(u *unpacker, stream *shardStream, block []byte) (Chunk, error) {
	q := Query{Stream: "boiler", From: minTime, To: maxTime}
	var found gathered
	if err := copyBlock(q, stream, block, &found); err != nil {
		return Chunk{}, err
	}
	g := newGathering(q)
	for i := range found.blocks {
		if err := g.addBlock(u, &found.blocks[i]); err != nil {
			return g.chunk(), err
		}
	}
	return g.chunk(), nil
}

func TestABlockComesBackWithQualitiesAndTimes(t *testing.T) {
	block, stream, u := sampleBlock(t)
	c, err := readAll(u, stream, block)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Times) != 3 || c.Values[0][1].Quality() != tag.BadTimeout || c.Values[1][0].Str() != "a" ||
		c.Values[1][2].Kind() != tag.Absent || c.Stamps[0] != nil || c.Stamps[1][2] != 31 {
		t.Errorf("%+v", c)
	}
}

func TestAnOctetThatChangedIsFoundAndTheOtherFieldsAreRead(t *testing.T) {
	block, stream, u := sampleBlock(t)
	partial := 0
	for i := 1; i < len(block); i++ {
		bad := append([]byte(nil), block...)
		bad[i] ^= 0x20
		c, err := readAll(u, stream, bad)
		if err == nil {
			t.Errorf("octet %d of %d: nothing was found", i, len(block))
		}
		if len(c.Times) == 3 {
			partial++
		}
	}
	if partial == 0 {
		t.Error("one damaged field costs all of the block")
	}
}

func FuzzBlock(f *testing.F) {
	block, stream, u := sampleBlock(f)
	f.Add(block)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readAll(u, stream, data); err != nil && !errors.Is(err, errDamaged) && !errors.Is(err, codec.ErrCorrupt) {
			t.Fatalf("damage is not told as such: %v", err)
		}
	})
}

// FuzzHead gives heads with a checksum that holds.
func FuzzHead(f *testing.F) {
	f.Add(appendHead(nil, &head{rows: 3, min: 1, max: 2, count: 1, list: appendPart(nil, part{kind: valuesPart, size: 4, raw: 9})}))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := readHead(data)
		if err != nil {
			if !errors.Is(err, errDamaged) {
				t.Fatalf("damage is not told as such: %v", err)
			}
			return
		}
		for p := range h.parts() {
			if octets, err := p.in(data); err == nil && len(octets) != p.size+checksumSize || p.raw < 0 {
				t.Fatalf("a part at %d with %d octets", p.at, p.size)
			}
		}
	})
}
