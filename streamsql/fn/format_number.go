package fn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

func numberFormats() []*Func {
	return []*Func{{
		Name: "format_number", Family: "text", Returns: Text,
		Params: []Param{{Name: "x", Type: Number}, {Name: "digits", Type: Int, Constant: true}, {Name: "locale", Type: Text, Optional: true, Constant: true}},
		Bind:   bindFormat,
		Doc: "The number with that many digits behind the point, halves away from zero; " +
			"with a locale such as en_US or de_CH with its separators.",
		Examples: []Example{
			{"format_number(12332.1, 4)", `"12332.1000"`},
			{"format_number(-123456.7899, 2, 'de_CH')", `"-123’456.79"`},
			{"format_number(1234567, 0, 'hi_IN')", `"12,34,567"`},
		},
	}}
}

// maxDigits is how many digits a number is written with behind the point.
const maxDigits = 100

// bindFormat refuses digits and locales that no row can make right.
func bindFormat(constants []tag.Value) (Scalar, error) {
	if v := constants[1]; !v.IsNull() {
		if _, err := decimalsOf(v); err != nil {
			return nil, err
		}
	}
	return refusing(2, func(v tag.Value) error { _, err := localeOf(v); return err }, formatNumber)(constants)
}

func formatNumber(_ *Context, args []tag.Value) (tag.Value, error) {
	x, err := number("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	digits, err := decimalsOf(args[1])
	if err != nil {
		return tag.Value{}, err
	}
	plain := strconv.FormatFloat(roundTo(x, digits), 'f', digits, 64)
	if len(args) < 3 || math.IsInf(x, 0) || math.IsNaN(x) {
		return tag.StringOf(plain), nil
	}
	s, err := localeOf(args[2])
	if err != nil {
		return tag.Value{}, err
	}
	return tag.StringOf(s.apply(plain)), nil
}

// decimalsOf returns how many digits a number is to have behind the point.
func decimalsOf(v tag.Value) (int, error) {
	digits, err := whole("digits", v)
	if err == nil && (digits < 0 || digits > maxDigits) {
		err = fmt.Errorf("digits is %d: want 0 to %d", digits, maxDigits)
	}
	return int(digits), err
}

// localeOf returns the separators of the locale that a text names.
func localeOf(v tag.Value) (separators, error) {
	name, err := text("locale", v)
	if err != nil {
		return separators{}, err
	}
	s, ok := separatorsOf(name)
	if !ok {
		err = fmt.Errorf("locale %.100q is not known", name)
	}
	return s, err
}

// separators are how a locale writes numbers (Unicode CLDR, numbers).
type separators struct {
	group, point string
	indian       bool // groups of two digits before the last three
	zero         rune // where it is not 0
}

// apply writes a plain decimal number with separators.
func (s separators) apply(plain string) string {
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "-", plain[1:]
	}
	integer, fraction, hasFraction := strings.Cut(plain, ".")
	out := sign + s.grouped(integer)
	if hasFraction {
		out += s.point + fraction
	}
	if s.zero == 0 {
		return out
	}
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r - '0' + s.zero
		}
		return r
	}, out)
}

func (s separators) grouped(integer string) string {
	if len(integer) <= 3 {
		return integer
	}
	head, size := len(integer)-3, 3
	if s.indian {
		size = 2
	}
	var out strings.Builder
	end := (head-1)%size + 1
	out.WriteString(integer[:end])
	for ; end < head; end += size {
		out.WriteString(s.group + integer[end:end+size])
	}
	return out.String() + s.group + integer[head:]
}

// separatorsOf returns those of a locale.
func separatorsOf(locale string) (separators, bool) {
	in := func(names string) bool { return strings.Contains(" "+names+" ", " "+locale+" ") }
	switch {
	case locale == "" || strings.ContainsRune(locale, ' '):
		return separators{}, false
	case in(commaPoint):
		return separators{group: ",", point: ".", indian: strings.HasSuffix(locale, "_IN")}, true
	case in(pointComma):
		return separators{group: ".", point: ","}, true
	case in(spaceComma):
		return separators{group: "\u00a0", point: ","}, true
	case in("de_CH it_CH rm_CH"):
		return separators{group: "’", point: "."}, true
	case in("ar_IN"):
		return separators{group: "٬", point: "٫", zero: '٠'}, true
	default:
		return separators{}, false
	}
}

// The locales by their separators.
const (
	commaPoint = "ar_AE ar_BH ar_EG ar_IQ ar_JO ar_KW ar_OM ar_QA ar_SA ar_SD ar_SY ar_YE en_AU en_CA en_GB en_IN en_NZ en_PH en_US " +
		"en_ZW es_DO es_GT es_HN es_MX es_NI es_PA es_PE es_PR es_SV es_US gu_IN he_IL hi_IN ja_JP ko_KR mn_MN ms_MY no_NO ta_IN te_IN " +
		"th_TH ur_PK zh_CN zh_HK zh_TW"
	pointComma = "ar_DZ ar_LB ar_LY ar_MA ar_TN ca_ES da_DK de_BE de_DE de_LU el_GR es_AR es_BO es_CL es_CO es_EC es_ES es_PY es_UY " +
		"es_VE eu_ES fo_FO fr_LU gl_ES hr_HR id_ID is_IS it_IT mk_MK nl_BE nl_NL pt_BR ro_RO sl_SI sr_RS tr_TR vi_VN"
	spaceComma = "be_BY bg_BG cs_CZ de_AT en_ZA es_CR et_EE fi_FI fr_BE fr_CA fr_CH fr_FR hu_HU lt_LT lv_LV nb_NO pl_PL pt_PT ru_RU " +
		"ru_UA sk_SK sq_AL sv_FI sv_SE uk_UA"
)
