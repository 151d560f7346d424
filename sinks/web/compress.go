package web

import (
	"bytes"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compressions.
const (
	None = "none"
	Gzip = "gzip"
	Zstd = "zstd"
)

// Compress returns a body in one of the compressions, and its Content-Encoding.
func Compress(how string, body []byte) (compressed []byte, encoding string, err error) {
	switch how {
	case Gzip:
		var out bytes.Buffer
		w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		if err != nil {
			return nil, "", err
		}
		if _, err := w.Write(body); err != nil {
			return nil, "", err
		}
		if err := w.Close(); err != nil {
			return nil, "", err
		}
		return out.Bytes(), Gzip, nil
	case Zstd:
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			return nil, "", err
		}
		return w.EncodeAll(body, nil), Zstd, w.Close()
	default:
		return body, "", nil
	}
}
