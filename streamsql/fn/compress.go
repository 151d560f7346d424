package fn

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// codec compresses in one format.
type codec struct {
	writer func(io.Writer) (io.WriteCloser, error)
	reader func(io.Reader) (io.ReadCloser, error)
}

// codecOf returns the codec of a method.
func codecOf(method string) (codec, error) {
	switch method {
	case "zlib": // RFC 1950
		return codec{
			writer: func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
			reader: zlib.NewReader,
		}, nil
	case "gzip": // RFC 1952
		return codec{
			writer: func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
			reader: func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
		}, nil
	case "flate": // RFC 1951
		return codec{
			writer: func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) },
			reader: func(r io.Reader) (io.ReadCloser, error) { return flate.NewReader(r), nil },
		}, nil
	case "zstd": // RFC 8878
		return codec{writer: zstdWriter, reader: zstdReader}, nil
	default:
		return codec{}, fmt.Errorf("method %.100q is not known: want zlib, gzip, flate or zstd", method)
	}
}

func zstdWriter(w io.Writer) (io.WriteCloser, error) {
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
}

func zstdReader(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*maxOctets))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

func compressFunctions() []*Func {
	params := []Param{{Name: "x", Type: Text | Bytes}, {Name: "method", Type: Text, Constant: true}}
	return []*Func{
		{
			Name: "compress", Family: "conversion", Params: params, Returns: Bytes,
			Bind: binding(func(c codec, src []byte) ([]byte, error) { return c.compress(src) }),
			Doc:  "A text or a blob compressed as zlib, gzip, flate or zstd. The method is a constant.",
			Examples: []Example{
				{"decompress(compress('pump pump pump', 'zstd'), 'zstd') = x'70756d702070756d702070756d70'", "true"},
			},
		},
		{
			Name: "decompress", Family: "conversion", Params: params, Returns: Bytes,
			Bind: binding(func(c codec, src []byte) ([]byte, error) { return c.decompress(src) }),
			Doc:  fmt.Sprintf("What a blob was before compress, up to %d MiB. The method is a constant.", maxOctets>>20),
			Examples: []Example{
				{"hex(decompress(compress('ab', 'gzip'), 'gzip'))", `"6162"`},
			},
		},
	}
}

// binding looks the method up when the call is compiled.
func binding(apply func(codec, []byte) ([]byte, error)) func([]tag.Value) (Scalar, error) {
	return func(constants []tag.Value) (Scalar, error) {
		method, err := constant("method", constants, 1)
		if err != nil {
			return nil, err
		}
		c, err := codecOf(value.Text(method))
		if err != nil {
			return nil, err
		}
		return func(_ *Context, args []tag.Value) (tag.Value, error) {
			if !value.Same(args[1], method) {
				return tag.Value{}, fmt.Errorf("method is %.100s and was %.100s: want one that stays", value.Text(args[1]), value.Text(method))
			}
			src, err := octets("x", args[0])
			if err != nil {
				return tag.Value{}, err
			}
			out, err := apply(c, src)
			return tag.BytesOf(out), err
		}, nil
	}
}

func (c codec) compress(src []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := c.writer(&out)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(src); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decompress gives up on what becomes too large, so that a few octets cannot
// take the memory of the node.
func (c codec) decompress(src []byte) ([]byte, error) {
	r, err := c.reader(bytes.NewReader(src))
	if err != nil {
		return nil, fmt.Errorf("decompress %d octets: %w", len(src), err)
	}
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, maxOctets+1))
	if err != nil {
		return nil, fmt.Errorf("decompress %d octets: %w", len(src), err)
	}
	return out, atMost(int64(len(out)), maxOctets, "octets or more")
}
