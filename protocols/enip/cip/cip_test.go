package cip_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

func TestPathsAreThoseOfTheBooks(t *testing.T) {
	route := func(text string) []byte {
		r, err := cip.ParseRoute(text)
		if err != nil {
			t.Fatal(err)
		}
		_, way, err := cip.ParseUnconnectedSend(cip.AppendUnconnectedSend(nil, nil, r)[6:])
		if err != nil {
			t.Fatal(err)
		}
		return way
	}
	for _, c := range []struct {
		what      string
		got, want []byte
	}{
		{"a tag and an element (LDA)", cip.AppendElement(cip.AppendSymbol(nil, "TotalCount"), 5), []byte("\x91\x0ATotalCount\x28\x05")},
		{"an odd name", cip.AppendSymbol(nil, "rate1"), []byte("\x91\x05rate1\x00")},
		{"a high element", cip.AppendElement(nil, 0x1234), []byte{0x29, 0, 0x34, 0x12}},
		{"a very high one", cip.AppendElement(nil, 0x12345678), []byte{0x2A, 0, 0x78, 0x56, 0x34, 0x12}},
		{"an attribute of an object", cip.AppendAttribute(cip.AppendObject(nil, cip.IdentityClass, 1), 7), []byte{0x20, 1, 0x24, 1, 0x30, 7}},
		{"a slot", route("1,0"), []byte{1, 0}},
		{"another chassis", route("1,3,2,192.0.2.9,1,0"), []byte("\x01\x03\x12\x09192.0.2.9\x00\x01\x00")},
		{"a high port", route("18,5"), []byte{0x0F, 18, 0, 5}},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s is % x, want % x", c.what, c.got, c.want)
		}
	}
	for _, text := range []string{"1", "0,1", "1,256", "1,x", "x,1", "1,", ""} {
		if r, err := cip.ParseRoute(text); err == nil {
			t.Errorf("%q is the way %v", text, r)
		}
	}
}

func TestAForwardOpenIsReadAsItWasWritten(t *testing.T) {
	for _, size := range []int{504, 4002} {
		want := cip.Connection{
			ToTarget: 1, ToOriginator: 0x01020304, Serial: 7, Vendor: 0x4846, Originator: 0xC0FFEE, Size: size, Interval: 2 * time.Second, Multiplier: 3,
		}
		r, err := cip.ParseRequest(cip.AppendForwardOpen(nil, want, cip.Backplane(3)))
		if err != nil {
			t.Fatal(err)
		}
		got, path, err := cip.ParseForwardOpen(r.Service, r.Data)
		if err != nil || got != want || !bytes.Equal(path, []byte{1, 3, 0x20, 2, 0x24, 1}) {
			t.Errorf("%+v, % x, %v, want %+v", got, path, err, want)
		}
		if large := r.Service == cip.LargeForwardOpen; large != (size > cip.MaxSmall) {
			t.Errorf("size %d is asked for by service %x", size, r.Service)
		}
		r, _ = cip.ParseRequest(cip.AppendForwardClose(nil, want, cip.Backplane(3)))
		if named, err := cip.ParseForwardClose(r.Data); err != nil || named.Serial != 7 || named.Originator != 0xC0FFEE {
			t.Errorf("it is closed as %+v, %v", named, err)
		}
	}
}

func TestStatusesAreToldInWordsWithTheirNumbers(t *testing.T) {
	for _, c := range []struct {
		status cip.Status
		want   string
	}{
		{cip.Status{General: cip.PathSegmentError}, "no tag of this name, or a name of wrong syntax (status 0x04)"},
		{cip.Status{General: 1, HasExtended: true, Extended: 0x0100}, "connection in use, or opened twice (status 0x01, 0x0100)"},
		{cip.Status{General: 1, HasExtended: true, Extended: 0x0312}, "the path's slot or address does not exist (status 0x01, 0x0312)"},
		{cip.Status{General: 1, HasExtended: true, Extended: 0x9999}, "the connection failed on the way to the controller (status 0x01, 0x9999)"},
		{cip.Status{General: 0xFF, HasExtended: true, Extended: 0x2105}, "the element lies beyond the end of the array (status 0xFF, 0x2105)"},
		{cip.Status{General: 0x77}, "refused (status 0x77)"},
	} {
		if got := c.status.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// motor is a structure with all that one can have.
func motor() cip.Template {
	return cip.Template{
		Name: "MOTOR", Shape: cip.Shape{Handle: 0x7A21, Members: 3, Size: 12, Words: 20},
		Members: []cip.Member{
			{Name: "ZZZZZZZZZZMOTOR0", Type: cip.AtomicType(cip.SINT, 0)},
			{Name: "Running", Type: cip.AtomicType(cip.BOOL, 0), Length: 3},
			{Name: "Hours", Type: cip.AtomicType(cip.DINT, 1), Length: 2, Offset: 4},
		},
	}
}

func TestATemplateIsReadAsItWasWritten(t *testing.T) {
	want := motor()
	shape, err := cip.ParseShape(want.Shape.Append(nil))
	if err != nil || shape != want.Shape {
		t.Fatalf("%+v, %v", shape, err)
	}
	got, err := cip.ParseTemplate(shape, want.AppendMembers(nil))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	if !got.Members[0].IsHidden() || got.Members[1].IsHidden() || !got.Members[2].IsArray() || got.IsString() {
		t.Errorf("%+v", got)
	}
}

func TestSymbolsAreReadAsTheyWereWritten(t *testing.T) {
	for _, access := range []bool{false, true} {
		want := []cip.Symbol{
			{Instance: 1, Name: "a", Type: cip.AtomicType(cip.DINT, 0)},
			{Instance: 0x12345, Name: "Motors", Type: cip.StructureType(0x123, 2), Dimensions: [3]uint32{3, 4}},
		}
		if access {
			want[1].Access = cip.ReadOnly
		}
		var data []byte
		for _, s := range want {
			data, _ = s.Append(data, cip.SymbolAttributes(access))
		}
		got, err := cip.ParseSymbols(nil, data, access)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		if instance, ok := got[1].Type.Template(); !ok || instance != 0x123 || got[1].Type.Dimensions() != 2 {
			t.Errorf("%x", got[1].Type)
		}
	}
}

func TestAnIdentityIsReadAsItWasWritten(t *testing.T) {
	want := cip.Identity{Vendor: 1, DeviceType: 14, ProductCode: 168, Major: 33, Minor: 11, Status: 0x60, Serial: 0xC0FFEE, Name: "1756-L83E/B"}
	got, err := cip.ParseListed(want.AppendListed(nil))
	if err != nil || got != want || got.String() != "1756-L83E/B, revision 33.011, serial 00C0FFEE" {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzParsePath(f *testing.F) {
	f.Add([]byte("\x91\x05rate1\x00\x28\x05"))
	f.Add([]byte("\x01\x03\x12\x09192.0.2.9\x00\x01\x00\x20\x02\x24\x01"))
	f.Add([]byte{0x0F, 18, 0, 5, 0x29, 0, 0x34, 0x12, 0x2A, 0, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		segments, ok := cip.ParsePath(b)
		if ok && len(segments) > len(b) {
			t.Fatalf("%d segments in %d octets", len(segments), len(b))
		}
	})
}

func FuzzParseMessage(f *testing.F) {
	f.Add(cip.AppendRead(nil, cip.AppendSymbol(nil, "a"), 1))
	f.Add(cip.AppendMultiple(nil, cip.AppendRead(nil, cip.AppendSymbol(nil, "a"), 1), cip.AppendRead(nil, cip.AppendSymbol(nil, "b"), 1)))
	f.Add(cip.AppendReply(nil, cip.Reply{Service: cip.ReadTag, Status: cip.Status{General: 1, HasExtended: true, Extended: 0x109, Further: []uint16{500}}}))
	f.Add(cip.AppendReply(nil, cip.Reply{Service: cip.ReadTag, Data: []byte{0xA0, 2, 0xCE, 0x0F, 0, 0, 0, 0}}))
	f.Add(cip.AppendForwardOpen(nil, cip.Connection{Size: 4002}, cip.Backplane(0)))
	f.Add(cip.AppendForwardClose(nil, cip.Connection{Size: 500}, cip.Backplane(0)))
	f.Add(cip.AppendUnconnectedSend(nil, cip.AppendRead(nil, cip.AppendSymbol(nil, "a"), 1), cip.Backplane(0)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := cip.ParseReply(b); err == nil {
			if again, err := cip.ParseReply(cip.AppendReply(nil, r)); err != nil || !reflect.DeepEqual(again.Status, r.Status) || !bytes.Equal(again.Data, r.Data) {
				t.Fatalf("%+v is read back as %+v, %v", r, again, err)
			}
			_, _, _ = cip.ParseValues(r.Data)
			_, _ = cip.ParseMultiple(nil, r.Data)
			_, _ = cip.Connection{}.Opened(r.Data)
		} else if !errors.Is(err, cip.ErrMessage) {
			t.Fatal(err)
		}
		r, err := cip.ParseRequest(b)
		if err != nil {
			return
		}
		if again := cip.AppendRequest(nil, r.Service, r.Path, r.Data); !bytes.Equal(again, b) {
			t.Fatalf("% x was parsed from % x", again, b)
		}
		_, _ = cip.ParseMultiple(nil, r.Data)
		_, _, _ = cip.ParseForwardOpen(r.Service, r.Data)
		_, _ = cip.ParseForwardClose(r.Data)
		_, _, _ = cip.ParseUnconnectedSend(r.Data)
		_, _ = cip.ParseSymbolList(r.Data)
	})
}

func FuzzParseTags(f *testing.F) {
	symbol, _ := cip.Symbol{Instance: 1, Name: "a", Type: cip.AtomicType(cip.DINT, 0)}.Append(nil, cip.SymbolAttributes(true))
	f.Add(symbol, motor().Shape.Append(nil), motor().AppendMembers(nil))
	f.Fuzz(func(t *testing.T, symbols, shape, definition []byte) {
		for _, access := range []bool{false, true} {
			list, err := cip.ParseSymbols(nil, symbols, access)
			if err == nil {
				var again []byte
				for _, s := range list {
					again, _ = s.Append(again, cip.SymbolAttributes(access))
				}
				if back, err := cip.ParseSymbols(nil, again, access); err != nil || !reflect.DeepEqual(back, list) {
					t.Fatalf("%+v is read back as %+v, %v", list, back, err)
				}
			}
		}
		s, err := cip.ParseShape(shape)
		if err != nil {
			s = cip.Shape{Members: uint16(len(shape))}
		}
		template, err := cip.ParseTemplate(s, definition)
		if err == nil && len(template.Members) != int(s.Members) {
			t.Fatalf("%d members of %d", len(template.Members), s.Members)
		}
		_ = template.IsString()
	})
}

func FuzzParseIdentity(f *testing.F) {
	f.Add(cip.Identity{Name: "1756-L83E/B"}.AppendListed(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := cip.ParseListed(b)
		if err == nil && strings.Contains(i.Name, "\xFF") {
			t.Fatalf("%q is no text", i.Name)
		}
	})
}

func FuzzParseRoute(f *testing.F) {
	f.Add("1,0")
	f.Add("1,3,2,192.0.2.9,1,0")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := cip.ParseRoute(text)
		if err != nil {
			return
		}
		_, way, err := cip.ParseUnconnectedSend(cip.AppendUnconnectedSend(nil, nil, r)[6:])
		if segments, ok := cip.ParsePath(way); err != nil || !ok || len(segments) != (strings.Count(text, ",")+1)/2 {
			t.Fatalf("%q is %+v, %v", text, segments, err)
		}
	})
}
