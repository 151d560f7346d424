package payload_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
)

// sample has every kind of value.
func sample() *payload.Payload {
	return &payload.Payload{Timestamp: 1_796_000_000_000, Seq: 255, Metrics: []payload.Metric{
		{Name: "bdSeq", Alias: -1, Timestamp: 1, Type: payload.Int64, Quality: payload.NoQuality, Value: payload.Value{Kind: payload.Long, Bits: 7}},
		{Name: "t", Alias: 0, Timestamp: 2, Type: payload.Real, Historical: true, Quality: payload.Good, Value: payload.Value{Kind: payload.Double, Bits: math.Float64bits(21.5)}},
		{Alias: 3, Timestamp: 3, Type: payload.Single, Quality: payload.Stale, Value: payload.Value{Kind: payload.Float, Bits: uint64(math.Float32bits(0.5))}},
		{Alias: 4, Timestamp: 4, Type: payload.Int32, Quality: payload.NoQuality, Value: payload.Value{Kind: payload.Int, Bits: uint64(math.MaxUint32)}},
		{Alias: 5, Timestamp: 5, Type: payload.Boolean, Quality: payload.NoQuality, Value: payload.Value{Kind: payload.Bool, Bits: 1}},
		{Alias: 6, Timestamp: 6, Type: payload.String, Quality: payload.NoQuality, Value: payload.Value{Kind: payload.Text, Bytes: []byte("näh")}},
		{Alias: 7, Timestamp: 7, Type: payload.Raw, Quality: payload.NoQuality, Value: payload.Value{Kind: payload.Bytes, Bytes: []byte{0, 1}}},
		{Alias: 8, Timestamp: 8, Type: payload.Real, Null: true, Quality: payload.Bad},
	}}
}

func TestAPayloadIsReadAsItWasWritten(t *testing.T) {
	got, err := payload.Parse(payload.Append(nil, sample()))
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestWhatIsNoPayloadIsRefused(t *testing.T) {
	for what, octets := range map[string][]byte{
		"a field of number 0":        {0x00, 0x01},
		"a metric that is too short": {0x12, 0x05, 0x0A},
		"a group":                    {0x0B},
		"a double as a varint":       {0x12, 0x02, 13 << 3, 1},
		"a sequence number of 256":   {0x18, 0x80, 0x02},
		"a number without an end":    {0x08, 0xFF},
		"a name that is no text":     {0x12, 0x03, 0x0A, 0x01, 0xFF},
	} {
		if p, err := payload.Parse(octets); !errors.Is(err, payload.ErrForm) {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(payload.Append(nil, sample()))
	f.Add([]byte{0x12, 0x02, 13 << 3, 1})
	f.Fuzz(func(t *testing.T, octets []byte) {
		p, err := payload.Parse(octets)
		if err != nil {
			return
		}
		again, err := payload.Parse(payload.Append(nil, p))
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Metrics {
			p.Metrics[i].Value, again.Metrics[i].Value = unlessNull(p.Metrics[i]), unlessNull(again.Metrics[i])
		}
		if !reflect.DeepEqual(p, again) {
			t.Fatalf("%+v was written and read as %+v", p, again)
		}
	})
}

// unlessNull leaves out the value of a metric that says to have none, and the difference between none and empty octets.
func unlessNull(m payload.Metric) payload.Value {
	if m.Null {
		return payload.Value{}
	}
	if len(m.Value.Bytes) == 0 {
		m.Value.Bytes = nil
	}
	return m.Value
}
