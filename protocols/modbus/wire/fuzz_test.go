package wire

import (
	"bytes"
	"errors"
	"testing"
)

func FuzzParseMBAP(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 1})
	f.Add([]byte{0, 1, 0, 0, 0, 2, 1, 0x83})
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"))
	f.Fuzz(func(t *testing.T, buf []byte) {
		frame, n, err := ParseMBAP(buf)
		switch {
		case err != nil:
			if !errors.Is(err, ErrFraming) || n != 0 {
				t.Fatalf("%d, %v", n, err)
			}
		case n > 0:
			if again := AppendMBAP(nil, frame); !bytes.Equal(again, buf[:n]) {
				t.Fatalf("% x was parsed from % x", again, buf[:n])
			}
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte{3, 0, 0, 0, 1}, []byte{3, 2, 0, 1})
	f.Add([]byte{1, 0, 0, 0, 9}, []byte{1, 2, 0, 1})
	f.Add([]byte{6, 0, 0, 0, 1}, []byte{6, 0, 0, 0, 1})
	f.Add([]byte{0x16, 0, 0, 0, 1, 0, 2}, []byte{0x96, 2})
	f.Fuzz(func(t *testing.T, request, reply []byte) {
		data, err := Check(request, reply)
		if err == nil && FunctionOf(request).ReadsRegisters() && len(data) != 2*(int(request[3])<<8|int(request[4])) {
			t.Fatalf("% x is the data of % x", data, request)
		}
		if _, refused := errors.AsType[Exception](err); err != nil && !refused && !errors.Is(err, ErrMismatch) && !errors.Is(err, ErrShort) {
			t.Fatal(err)
		}
	})
}

func FuzzSerialFrames(f *testing.F) {
	request := []byte{3, 0, 0, 0, 1}
	f.Add(RTU{}.Append(nil, 1, []byte{3, 2, 0, 1}), byte(1))
	f.Add(ASCII{}.Append(nil, 1, []byte{3, 2, 0, 1}), byte(1))
	f.Add([]byte(":01\n:0183027A\r\n"), byte(1))
	f.Fuzz(func(t *testing.T, received []byte, unit byte) {
		for _, framing := range []Framing{RTU{}, ASCII{}} {
			reply, end := framing.Find(nil, received, unit, request)
			if end == 0 {
				continue
			}
			again, end2 := framing.Find(nil, framing.Append(nil, unit, reply), unit, request)
			if end2 == 0 || !bytes.Equal(again, reply) {
				t.Fatalf("% x found in % x is not found in its own frame", reply, received)
			}
		}
	})
}
