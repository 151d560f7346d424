package rowjson

import "github.com/holdfast-edge/holdfast/tag"

// AppendGap appends {"gap":{"first":…,"count":…,"cause":…,"at":…}}, which tells of
// records that will never come.
func AppendGap(dst []byte, g *tag.Gap, timeFormat string) []byte {
	dst = AppendIdentityJSON(append(dst, `{"gap":{"first":`...), g.First)
	dst = tag.AppendJSON(append(dst, `,"count":`...), tag.UintOf(g.Count))
	dst = tag.AppendJSONString(append(dst, `,"cause":`...), g.Cause.String())
	dst = AppendTime(append(dst, `,"at":`...), g.At, timeFormat)
	return append(dst, "}}"...)
}
