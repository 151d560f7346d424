package wasm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/tag"
)

// ErrMalformed is what a result gives that is not encoded as the ABI says.
var ErrMalformed = errors.New("malformed result")

// decodeValue reads one value, which is all that src holds. It shares no memory
// with src. A codeError gives an error of its text.
func decodeValue(src []byte) (tag.Value, error) {
	if len(src) == 0 {
		return tag.Value{}, fmt.Errorf("%w: it is empty", ErrMalformed)
	}
	code, body := src[0], src[1:]
	switch code {
	case codeNull, codeFalse, codeTrue:
		return decodeSimple(code, body)
	case codeInt, codeFloat, codeTime:
		return decodeNumber(code, body)
	case codeText, codeBytes, codeJSON, codeError:
		return decodeSized(code, body)
	default:
		return tag.Value{}, fmt.Errorf("%w: no value begins with %d", ErrMalformed, code)
	}
}

func decodeSimple(code byte, body []byte) (tag.Value, error) {
	switch {
	case len(body) > 0:
		return tag.Value{}, fmt.Errorf("%w: %d octets follow the value", ErrMalformed, len(body))
	case code == codeNull:
		return tag.NullOf(tag.Good), nil
	default:
		return tag.BoolOf(code == codeTrue), nil
	}
}

func decodeNumber(code byte, body []byte) (tag.Value, error) {
	if len(body) != 8 {
		return tag.Value{}, fmt.Errorf("%w: a number of %d octets: want 8", ErrMalformed, len(body))
	}
	bits := binary.LittleEndian.Uint64(body)
	switch code {
	case codeInt:
		return tag.IntOf(int64(bits)), nil
	case codeTime:
		return tag.NanosOf(int64(bits)), nil
	default:
		return float(math.Float64frombits(bits)), nil
	}
}

// float returns a Float, and NULL for what is not a number.
func float(f float64) tag.Value {
	if math.IsNaN(f) {
		return tag.NullOf(tag.Good)
	}
	return tag.FloatOf(f)
}

func decodeSized(code byte, body []byte) (tag.Value, error) {
	if len(body) < 4 || uint64(binary.LittleEndian.Uint32(body)) != uint64(len(body)-4) {
		return tag.Value{}, fmt.Errorf("%w: its length and its size differ", ErrMalformed)
	}
	content := body[4:]
	if code != codeBytes && !utf8.Valid(content) {
		return tag.Value{}, fmt.Errorf("%w: a text that is no UTF-8", ErrMalformed)
	}
	switch code {
	case codeText:
		return tag.StringOf(string(content)), nil
	case codeBytes:
		return tag.BytesOf(append([]byte{}, content...)), nil
	case codeError:
		return tag.Value{}, errors.New(string(content))
	}
	v, err := tag.ParseJSON(content)
	if err != nil {
		return tag.Value{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return v, nil
}
