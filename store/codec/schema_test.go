package codec_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

func climate(t testing.TB) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", "boiler"), "boiler",
		tag.Field{Name: "temperature", Kind: tag.Float, Unit: "°C"}, tag.Field{Name: "state", Kind: tag.String})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASchemaComesBackWithNamesKindsAndUnits(t *testing.T) {
	s := climate(t)
	back, err := codec.DecodeSchema(codec.AppendSchema(nil, s))
	if err != nil {
		t.Fatal(err)
	}
	if back.Stream() != s.Stream() || back.Name() != s.Name() || back.Len() != s.Len() {
		t.Fatalf("came back as %s with %d fields", back.Name(), back.Len())
	}
	for slot := range s.Len() {
		if back.Field(slot) != s.Field(slot) {
			t.Errorf("slot %d came back as %v", slot, back.Field(slot))
		}
	}
}

func TestATruncatedSchemaIsCorrupt(t *testing.T) {
	encoded := codec.AppendSchema(nil, climate(t))
	for n := range encoded {
		if _, err := codec.DecodeSchema(encoded[:n]); !errors.Is(err, codec.ErrCorrupt) {
			t.Errorf("%d of %d octets: %v", n, len(encoded), err)
		}
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(codec.AppendSchema(nil, climate(f)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := codec.DecodeSchema(data)
		if err != nil {
			if !errors.Is(err, codec.ErrCorrupt) {
				t.Fatalf("damage is not told as such: %v", err)
			}
			return
		}
		encoded := codec.AppendSchema(nil, s)
		again, err := codec.DecodeSchema(encoded)
		if err != nil || !bytes.Equal(encoded, codec.AppendSchema(nil, again)) {
			t.Fatalf("does not come back: %v", err)
		}
	})
}
