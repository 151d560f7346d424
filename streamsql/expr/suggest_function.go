package expr

import (
	"fmt"
	"slices"
	"strings"
)

// suggestFunction returns "; …" for a call of what is no function: what it is
// instead, what it is called here, or a name that is like it.
func suggestFunction(name string, known []string) string {
	lower := strings.ToLower(name)
	switch lower {
	case "tumble", "hop", "slide", "session",
		"tumblingwindow", "hoppingwindow", "slidingwindow", "sessionwindow", "countwindow", "statewindow":
		return fmt.Sprintf("; %s is a window: it stands in GROUP BY", name)
	case "tumbling", "hopping", "sliding", "sessions", "tumble_window", "tumbling_window", "hopping_window", "sliding_window", "session_window":
		return "; windows are called tumble, hop, slide, session, COUNTWINDOW and STATEWINDOW"
	case "cast", "convert":
		return "; a type is changed by CAST(x AS type)"
	}
	if here, ok := elsewhere()[lower]; ok && slices.Contains(known, here) {
		return fmt.Sprintf("; did you mean %s?", here)
	}
	return Suggest(name, known)
}

// elsewhere returns the functions here by the names that other languages have
// for them.
func elsewhere() map[string]string {
	return map[string]string{
		"average": "avg", "averge": "avg", "avarage": "avg", "mean": "avg",
		"array_agg": "collect", "string_agg": "group_concat", "listagg": "group_concat",
		"std": "stddev", "ceiling": "ceil", "previous": "lag", "prev": "lag",
		"len": "length", "strlen": "length", "ucase": "upper", "lcase": "lower", "to_char": "format_time",
		"nvl": "coalesce", "ifnull": "coalesce", "if": "iif", "getdate": "now", "current_timestamp": "now",
	}
}
