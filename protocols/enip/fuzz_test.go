package enip

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

func FuzzAddress(f *testing.F) {
	for _, text := range []string{"Motor.Speed", "Program:Main.Counter", "Array[3]", "Grid[1, 2]", "Word.5", "Local:1:I.Data[3].7", "a.b[1,2,3].c.63"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a Address
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		var again Address
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again.bit != a.bit || len(again.path) != len(a.path) {
			t.Fatalf("%q is read back as %+v, %v", a, again, err)
		}
		segments, ok := cip.ParsePath(a.appendPath(nil, a.last()))
		want := len(a.path)
		for _, p := range a.path {
			want += len(p.index)
		}
		if !ok || len(segments) != want {
			t.Fatalf("%q leads along %+v", a, segments)
		}
	})
}

// FuzzTake has a plan take whatever a controller could answer.
func FuzzTake(f *testing.F) {
	read := func(k cip.Kind, values ...byte) []byte {
		return cip.AppendReply(nil, cip.Reply{Service: cip.ReadTag, Data: append(k.Append(nil), values...)})
	}
	f.Add(uint8(0), read(cip.Kind{Type: cip.DINT}, 1, 2, 3, 4))
	f.Add(uint8(1), read(cip.Kind{Type: cip.DWORD}, 1, 2, 3, 4))
	f.Add(uint8(2), read(cip.Kind{Type: cip.Structure, Handle: cip.LogixString}, 2, 0, 0, 0, 'a', 'b'))
	f.Add(uint8(3), cip.AppendReply(nil, cip.Reply{Service: cip.MultipleService, Data: cip.AppendReplies(nil,
		read(cip.Kind{Type: cip.REAL}, 1, 2, 3, 4), read(cip.Kind{Type: cip.STRING}, 1, 'a'))}))
	f.Fuzz(func(t *testing.T, which uint8, octets []byte) {
		addresses := []string{"a", "a[37]", "a", "a.5", "a[40]"}
		options := []TagOptions{{}, {}, {Type: "string"}, {}, {Count: 9}}
		var points []*point
		for i := range addresses {
			if which&(1<<i) == 0 && len(points) > 0 {
				continue
			}
			o := options[i]
			if err := o.Address.UnmarshalText([]byte(addresses[i])); err != nil {
				t.Fatal(err)
			}
			p, flaw := newPoint(&config.Tag{Name: "t", Scale: 1, Access: config.ReadOnly, Options: &o})
			if flaw != nil {
				t.Fatal(flaw.Err)
			}
			points = append(points, p)
		}
		reply, err := cip.ParseReply(octets)
		if err != nil {
			return
		}
		p := newPlan(&device{timeout: time.Second}, points)
		row := make([]tag.Value, len(points))
		for range 3 {
			p.begin(row, 500)
			for step := 0; step < p.Steps() && step < 100; step++ {
				_ = p.request(step)
				if p.take(step, reply) != nil {
					return
				}
			}
		}
	})
}
