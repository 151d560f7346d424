package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func metaFunctions() []*Func {
	return []*Func{{
		Name: "meta", Family: "rule", Returns: Any, Nulls: NullIsValue, Fixed: PerRow, AtSource: true,
		Params: []Param{{Name: "key", Type: Any, Symbol: true}},
		Scalar: meta,
		Doc: "What the source tells about a row besides its fields, by its name: meta(topic), meta(stream.topic), " +
			"meta(device -> name); all of it as an object: meta(*).",
	}, {
		Name: "mqtt", Family: "rule", Returns: Any, Nulls: NullIsValue, Fixed: PerRow, AtSource: true,
		Params: []Param{{Name: "key", Type: Any, Symbol: true}},
		Scalar: meta,
		Doc:    "What the broker tells about the message that the row came in: mqtt(topic), mqtt(messageid).",
	}}
}

// meta follows a path of names; where the first is a stream, it is that one's
// metadata.
func meta(c *Context, args []tag.Value) (tag.Value, error) {
	if c.Metadata == nil {
		return tag.NullOf(tag.Good), nil
	}
	path := args[0].Array()
	if len(path) == 0 {
		return tag.NullOf(tag.Good), nil
	}
	v, rest := c.Metadata("", path[0].Str()), path[1:]
	if v.IsNull() && len(rest) > 0 {
		v, rest = c.Metadata(path[0].Str(), path[1].Str()), path[2:]
	}
	for _, name := range rest {
		v = value.Member(v, name.Str())
	}
	if v.Kind() == tag.Absent {
		v = tag.NullOf(tag.Good)
	}
	return v, nil
}
