package mms_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// values are of every kind.
func values() []mms.Data {
	at := time.Date(2026, 11, 28, 12, 0, 0, 500_000_000, time.UTC)
	return []mms.Data{
		mms.BoolOf(true), mms.BoolOf(false), mms.IntOf(-1), mms.IntOf(math.MinInt64), mms.UintOf(255), mms.FloatOf(21.7),
		{Kind: mms.Float, Size: 64, Float: math.Pi},
		mms.BitsOf(13, 0, 1, 12), mms.BitsOf(8), mms.VisibleOf("LD0/LLN0"), mms.OctetsOf([]byte{1, 2}),
		{Kind: mms.Text, Octets: []byte("ü")},
		mms.UTCOf(at, mms.ClockFailure), mms.BinaryTimeOf(at),
		mms.StructOf(mms.IntOf(1), mms.StructOf(mms.BoolOf(true))),
		{Kind: mms.Array, Items: []mms.Data{mms.IntOf(1), mms.IntOf(2)}},
		mms.FailureOf(mms.NonExistent),
	}
}

func TestEveryValueIsReadBack(t *testing.T) {
	for _, d := range values() {
		got, err := mms.ParseData(mms.AppendData(nil, d))
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], d) {
			t.Errorf("%+v is read back as %+v, %v", d, got, err)
		}
	}
}

func TestTimesAreReadBack(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 123_000_000, time.UTC)
	for _, d := range []mms.Data{mms.UTCOf(at, mms.NotSynchronized), mms.BinaryTimeOf(at)} {
		got, q, ok := d.Time()
		if off := got.Sub(at).Abs(); !ok || off > time.Microsecond || (q == mms.NotSynchronized) != (d.Kind == mms.UTCTime) {
			t.Errorf("%v of %v is %v, %X, %v", d.Kind, at, got, q, ok)
		}
	}
	if _, _, ok := mms.IntOf(3).Time(); ok {
		t.Error("a number is a time")
	}
}

func TestWhatIsNoValueIsRefused(t *testing.T) {
	deep := mms.IntOf(1)
	for range 20 {
		deep = mms.StructOf(deep)
	}
	for _, b := range [][]byte{
		{0x83, 0}, {0x84, 1, 9}, {0x84, 1, 1}, {0x87, 2, 8, 0}, {0x85, 0}, {0xA5, 1, 1}, {0x82, 0}, mms.AppendData(nil, deep),
	} {
		if d, err := mms.ParseData(b); err == nil {
			t.Errorf("% x is %+v", b, d)
		}
	}
}

func types() []mms.Type {
	inner := mms.StructType(mms.Component{Name: "f", Type: mms.Type{Kind: mms.Float, Size: 32}})
	return []mms.Type{
		{Kind: mms.Boolean},
		{Kind: mms.Integer, Size: 32},
		{Kind: mms.Unsigned, Size: 8},
		{Kind: mms.BitString, Size: -13},
		{Kind: mms.UTCTime},
		{Kind: mms.BinaryTime},
		{Kind: mms.Visible, Size: -255},
		{Kind: mms.Float, Size: 64},
		inner,
		{Kind: mms.Array, Size: 16, Components: []mms.Component{{Type: inner}}},
		mms.StructType(mms.Component{Name: "mag", Type: inner}, mms.Component{Name: "q", Type: mms.Type{Kind: mms.BitString, Size: -13}}),
	}
}

func TestEveryTypeIsReadBack(t *testing.T) {
	for _, typ := range types() {
		got, err := mms.ParseType(typ.Append(nil))
		if err != nil || !reflect.DeepEqual(got, typ) {
			t.Errorf("%+v is read back as %+v, %v", typ, got, err)
		}
	}
}

func TestARequestThatWasRefusedSaysWhy(t *testing.T) {
	for _, want := range []mms.ServiceError{{Class: mms.ClassAccess, Code: 2}, {Class: mms.ClassDefinition, Code: 1}, {Class: 11, Code: 9}} {
		p, err := mms.Parse(mms.Refuse(77, &want))
		if err != nil || p.Invoke != 77 {
			t.Fatalf("%+v, %v", p, err)
		}
		got, ok := errors.AsType[*mms.ServiceError](p.Err())
		if !ok || *got != want || got.IsAbsent() != (want.Class != 11) || got.Error() == "" {
			t.Errorf("%+v is read back as %v", want, p.Err())
		}
	}
	p, err := mms.Parse([]byte{0xA4, 6, 0x80, 1, 5, 0x81, 1, 1})
	if got, ok := errors.AsType[*mms.ServiceError](p.Err()); err != nil || !ok || !got.Rejected || p.Invoke != 5 || got.Class != 1 || got.Code != 1 {
		t.Errorf("a reject is %+v, %v, %v", p, p.Err(), err)
	}
}

func TestTheSmallerOfWhatBothOfferIsAgreed(t *testing.T) {
	offer := mms.Initiate{MaxPDU: 65000, Outstanding: 5}
	got, err := mms.ParseInitiate(mms.Initiate{MaxPDU: 8192, Outstanding: 1}.Append(nil, mms.InitiateResponse), mms.InitiateResponse, offer)
	if err != nil || got != (mms.Initiate{MaxPDU: 8192, Outstanding: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := mms.ParseInitiate(mms.Initiate{MaxPDU: 100, Outstanding: 1}.Append(nil, mms.InitiateResponse), mms.InitiateResponse, offer); !errors.Is(err, mms.ErrPDU) {
		t.Error(err)
	}
}

func TestAPDUIsRenumbered(t *testing.T) {
	for _, n := range []uint32{0, 1, 300, math.MaxUint32} {
		p, err := mms.Parse(mms.Renumbered(mms.Response(7, mms.NamesResponse([]string{"a"}, true)), n))
		names, more, namesErr := mms.ParseNames(p.Body)
		if err != nil || namesErr != nil || p.Invoke != n || len(names) != 1 || !more {
			t.Errorf("%d: %+v, %v, %v", n, p, err, namesErr)
		}
	}
}

func FuzzParse(f *testing.F) {
	name := mms.Name{Domain: "LD0", Item: "LLN0$ST$Mod"}
	all := mms.StructType(mms.Component{Name: "x", Type: mms.Type{Kind: mms.Boolean}})
	for _, service := range [][]byte{
		mms.ReadRequest(name), mms.ReadListRequest(name), mms.WriteRequest([]mms.Name{name}, values()[:1]), mms.NamesRequest(mms.Variables, "LD0", "x"),
		mms.TypeRequest(name), mms.ListRequest(name), mms.IdentifyRequest(),
	} {
		f.Add(mms.Request(1, service))
	}
	refused := mms.AccessDenied
	for _, service := range [][]byte{
		mms.ReadResponse(values()...), mms.WriteResponse(nil, &refused), mms.NamesResponse([]string{"a", "b"}, false), mms.TypeResponse(&all),
		mms.ListResponse([]mms.Name{name}), mms.IdentifyResponse(mms.Identity{Vendor: "x"}),
	} {
		f.Add(mms.Response(1, service))
	}
	f.Add(mms.Report{List: mms.Name{Item: "RPT"}, Values: values()}.Append(nil))
	f.Add(mms.Report{Names: []mms.Name{name}, Values: values()[:1]}.Append(nil))
	f.Add(mms.Refuse(1, &mms.ServiceError{Class: 7, Code: 2}))
	f.Add(mms.Initiate{MaxPDU: 1000, Outstanding: 3}.Append(nil, mms.InitiateResponse))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := mms.Parse(b)
		if err != nil {
			return
		}
		_ = p.Err()
		_, _, _ = mms.ParseReadRequest(p.Body)
		_, _, _ = mms.ParseWriteRequest(p.Body)
		_, _, _, _ = mms.ParseNamesRequest(p.Body)
		_, _ = mms.ParseTypeRequest(p.Body)
		_, _ = mms.ParseListRequest(p.Body)
		_, _ = mms.ParseRead(p.Body, 1)
		_, _ = mms.ParseWrite(p.Body)
		_, _, _ = mms.ParseNames(p.Body)
		_, _ = mms.ParseTypeResponse(p.Body)
		_, _ = mms.ParseList(p.Body)
		_ = mms.ParseIdentity(p.Body)
		_, _ = mms.ParseReport(p)
		_, _ = mms.ParseInitiate(b, p.Form, mms.Initiate{MaxPDU: 65000, Outstanding: 5})
		_ = mms.Renumbered(b, 5)
	})
}

func FuzzData(f *testing.F) {
	for _, d := range values() {
		f.Add(mms.AppendData(nil, d))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := mms.ParseData(b)
		if err != nil {
			return
		}
		var again []byte
		for _, d := range got {
			again = mms.AppendData(again, d)
			_, _, _ = d.Time()
			_ = d.Bit(3)
		}
		back, err := mms.ParseData(again)
		if err != nil || len(back) != len(got) {
			t.Fatalf("% x is read back as %+v, %v", b, back, err)
		}
		var third []byte
		for _, d := range back {
			third = mms.AppendData(third, d)
		}
		if !bytes.Equal(again, third) {
			t.Fatalf("% x, and again % x", again, third)
		}
	})
}

func FuzzType(f *testing.F) {
	for _, typ := range types() {
		f.Add(typ.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		typ, err := mms.ParseType(b)
		if err == nil && typ.Encoded() < 0 {
			t.Fatalf("%+v has %d octets", typ, typ.Encoded())
		}
	})
}
