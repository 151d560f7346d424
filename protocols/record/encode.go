package record

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
)

// castagnoli is the polynomial of the checksums.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// WriteTo writes the recording as a file and returns how many bytes that took.
func (r *Recording) WriteTo(w io.Writer) (int64, error) {
	out := &counting{to: bufio.NewWriter(w)}
	head, err := appendHeader(nil, r.Header)
	if err != nil {
		return 0, err
	}
	out.write(head)
	var buffer []byte
	for _, f := range r.Frames {
		buffer = appendFrame(buffer[:0], f)
		out.write(buffer)
	}
	count := binary.BigEndian.AppendUint32(nil, uint32(len(r.Frames)))
	out.write(appendFrame(buffer[:0], Frame{At: r.Header.Length, Data: count}))
	if out.err == nil {
		out.err = out.to.Flush()
	}
	return out.n, out.err
}

func appendHeader(dst []byte, h Header) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	from := len(dst)
	dst = binary.BigEndian.AppendUint16(append(dst, magic...), version)
	dst = append(binary.BigEndian.AppendUint32(dst, uint32(len(text))), text...)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli())), nil
}

// frameHead is the length of what stands before a frame's octets.
const frameHead = 4 + 1 + 8

// appendFrame appends a frame; one without a note is the end.
func appendFrame(dst []byte, f Frame) []byte {
	from := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.Data)))
	dst = append(dst, byte(f.Note))
	dst = append(binary.BigEndian.AppendUint64(dst, uint64(f.At)), f.Data...)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli()))
}

// counting writes until something goes wrong.
type counting struct {
	to  *bufio.Writer
	n   int64
	err error
}

func (c *counting) write(p []byte) {
	if c.err != nil {
		return
	}
	n, err := c.to.Write(p)
	c.n, c.err = c.n+int64(n), err
}

// known reports whether a note is one that recordings have.
func known(n protocols.Note) bool {
	return n.Kind() >= protocols.Sent && n.Kind() <= protocols.Cut
}
