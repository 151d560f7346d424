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
	if text, ok = d.clockPart(letter); ok {
		return text, true
	}
	switch letter {
	case '%':
		return "%", true
	case 'd':
		return fmt.Sprintf("%02d", d.day), true
	case 'e':
		return fmt.Sprintf("%2d", d.day), true
	case 'F': // the sign is one of the four of a year, as in C
		return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day), true
	case 'J':
		return strconv.FormatFloat(d.julian(), 'g', 16, 64), true
	case 'm':
		return fmt.Sprintf("%02d", d.month), true
	case 's':
		if d.subsecond {
			return fmt.Sprintf("%.3f", d.unixFraction()), true
		}
		return strconv.FormatInt(d.unix(), 10), true
	case 'Y':
		return fmt.Sprintf("%04d", d.year), true
	default:
		return d.weekPart(letter)
	}
}

// clockPart returns what a letter says of the time of day.
func (d date) clockPart(letter byte) (text string, ok bool) {
	twelve := (d.hour+11)%12 + 1
	half := "am"
	if d.hour >= 12 {
		half = "pm"
	}
	switch letter {
	case 'f':
		return fmt.Sprintf("%06.3f", min(d.second, 59.999)), true
	case 'H':
		return fmt.Sprintf("%02d", d.hour), true
	case 'I':
		return fmt.Sprintf("%02d", twelve), true
	case 'k':
		return fmt.Sprintf("%2d", d.hour), true
	case 'l':
		return fmt.Sprintf("%2d", twelve), true
	case 'M':
		return fmt.Sprintf("%02d", d.minute), true
	case 'p':
		return strings.ToUpper(half), true
	case 'P':
		return half, true
	case 'R':
		return fmt.Sprintf("%02d:%02d", d.hour, d.minute), true
	case 'S':
		return fmt.Sprintf("%02d", int(d.second)), true
	case 'T':
		return fmt.Sprintf("%02d:%02d:%02d", d.hour, d.minute, int(d.second)), true
	default:
		return "", false
	}
}

// weekPart returns what a letter says of the place of the day in its week or year.
func (d date) weekPart(letter byte) (text string, ok bool) {
	t := d.utc()
	yearDay := t.YearDay() - 1
	sunday := int(t.Weekday())
	monday := (sunday + 6) % 7
	thursday := t.AddDate(0, 0, 3-monday) // the year of a week is its Thursday's
	switch letter {
	case 'G':
		return fmt.Sprintf("%04d", thursday.Year()), true
	case 'g':
		return fmt.Sprintf("%02d", thursday.Year()%100), true
	case 'j':
		return fmt.Sprintf("%03d", yearDay+1), true
	case 'u':
		return strconv.Itoa(monday + 1), true
	case 'U':
		return fmt.Sprintf("%02d", (yearDay-sunday+7)/7), true
	case 'V':
		return fmt.Sprintf("%02d", (thursday.YearDay()-1)/7+1), true
	case 'w':
		return strconv.Itoa(sunday), true
	case 'W':
		return fmt.Sprintf("%02d", (yearDay-monday+7)/7), true
	default:
		return "", false
	}
}
