package fn

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// formatted writes a time in a format of strftime; NULL where the format has a
// letter that means nothing.
func formatted(format string, d date) (tag.Value, error) {
	var out strings.Builder
	for {
		text, rest, found := strings.Cut(format, "%")
		out.WriteString(text)
		if err := atMost(int64(out.Len()), maxOctets, "octets"); err != nil {
			return tag.Value{}, err
		}
		if !found {
			return tag.StringOf(out.String()), nil
		}
		part, ok := "", rest != ""
		if ok {
			part, ok = d.part(rest[0])
		}
		if !ok {
			return tag.NullOf(tag.Good), nil
		}
		out.WriteString(part)
		format = rest[1:]
	}
}

// part returns what a letter of strftime stands for.
func (d date) part(letter byte) (text string, ok bool) {
	if layout := dateLayout(letter); layout != "" {
		return d.time.Format(layout), true
	}
	year, week := d.time.ISOWeek()
	weekday := int(d.time.Weekday())
	switch letter {
	case '%':
		return "%", true
	case 'F': // the sign is one of the four of a year, as in C
		return fmt.Sprintf("%04d-%02d-%02d", d.time.Year(), d.time.Month(), d.time.Day()), true
	case 'Y':
		return fmt.Sprintf("%04d", d.time.Year()), true
	case 'f':
		return d.time.Format("05.000"), true
	case 'G':
		return fmt.Sprintf("%04d", year), true
	case 'g':
		return fmt.Sprintf("%02d", year%100), true
	case 'J':
		return strconv.FormatFloat(d.julian(), 'g', 16, 64), true
	case 'k':
		return fmt.Sprintf("%2d", d.time.Hour()), true
	case 'l':
		return fmt.Sprintf("%2d", (d.time.Hour()+11)%12+1), true
	case 's':
		return strconv.FormatInt(d.time.Unix(), 10), true
	case 'u':
		return strconv.Itoa((weekday+6)%7 + 1), true
	case 'w':
		return strconv.Itoa(weekday), true
	case 'U':
		return fmt.Sprintf("%02d", (d.time.YearDay()+6-weekday)/7), true
	case 'V':
		return fmt.Sprintf("%02d", week), true
	case 'W':
		return fmt.Sprintf("%02d", (d.time.YearDay()+6-(weekday+6)%7)/7), true
	default:
		return "", false
	}
}

// dateLayout returns the layout of package time for a letter; empty where there
// is none.
func dateLayout(letter byte) string {
	return map[byte]string{
		'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04",
		'p': "PM", 'P': "pm", 'R': "15:04", 'S': "05", 'T': "15:04:05",
	}[letter]
}
