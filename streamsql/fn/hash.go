package fn

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash/crc32"
	"strconv"

	"github.com/holdfast-edge/holdfast/tag"
)

// hashFunctions identify data; md5, sha1 and crc32 protect nothing.
func hashFunctions() []*Func {
	return []*Func{
		hash("md5", func(b []byte) []byte { h := md5.Sum(b); return h[:] }, Example{"md5('a')", `"0cc175b9c0f1b6a831c399e269772661"`}),
		hash("sha1", func(b []byte) []byte { h := sha1.Sum(b); return h[:] }, Example{"sha1('a')", `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`}),
		hash("sha256", func(b []byte) []byte { h := sha256.Sum256(b); return h[:] },
			Example{"sha256('a')", `"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"`}),
		hash("sha384", func(b []byte) []byte { h := sha512.Sum384(b); return h[:] }, Example{"length(sha384('a'))", "96"}),
		hash("sha512", func(b []byte) []byte { h := sha512.Sum512(b); return h[:] }, Example{"length(sha512('a'))", "128"}),
		{
			Name: "crc32", Family: "hash", Params: []Param{{Name: "x", Type: Text | Bytes}}, Returns: Text,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.StringOf(strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(plainText(args[0])))), 16)), nil
			},
			Doc:      "The CRC-32 (IEEE 802.3) of a text or a blob, in hexadecimal without leading zeros.",
			Examples: []Example{{"crc32('a')", `"e8b7be43"`}},
		},
	}
}

func hash(name string, sum func([]byte) []byte, example Example) *Func {
	return &Func{
		Name: name, Family: "hash", Params: []Param{{Name: "x", Type: Text | Bytes}}, Returns: Text,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			return tag.StringOf(fmt.Sprintf("%x", sum([]byte(plainText(args[0]))))), nil
		},
		Doc: "The " + name + " digest of a text or a blob, in hexadecimal.", Examples: []Example{example},
	}
}
