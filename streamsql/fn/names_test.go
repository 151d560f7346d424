package fn_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// eKuiperNames are the functions of eKuiper 2 that rules may call. Those of its
// windows and its own internals are not among them.
const eKuiperNames = `
	avg count max min sum collect merge_agg deduplicate stddev stddevs var vars percentile percentile_cont percentile_disc median
	last_value lag latest changed_col changed_cols had_changed change_capture change_to consecutive_count consecutive_start
	acc_sum acc_avg acc_max acc_min acc_count acc_collect acc_distinct_collect acc_map_agg acc_max_by acc_min_by
	last_hit_count last_hit_time last_agg_hit_count last_agg_hit_time
	abs acos asin atan atan2 bitand bitor bitxor bitnot ceil ceiling conv cos cosh cot degrees exp floor hex2dec dec2hex ln log mod pi pow
	power radians rand random round sign sin sinh sqrt tan tanh trunc
	concat endswith format indexof length lower lpad ltrim numbytes regexp_matches regexp_replace regexp_substr regexp_substring
	reverse rpad rtrim split_value startswith substring trim upper
	cast to_json parse_json chr encode decode
	md5 sha1 sha256 sha384 sha512 crc32 compress decompress
	json_path_query json_path_query_first json_path_exists
	now current_timestamp local_time local_timestamp cur_date current_date cur_time current_time format_time date_calc date_diff
	day_name day_of_month day day_of_week day_of_year from_days from_unix_time hour last_day microsecond minute month month_name second
	convert_tz to_seconds
	cardinality array_cardinality array_position array_last_position array_contains array_contains_any array_create array_remove
	array_intersect array_union array_max array_min array_avg array_except array_join array_shuffle array_distinct array_map array_flatten
	array_concat array_sort element_at repeat sequence
	keys values object zip items object_concat object_construct erase object_pick object_size obj_to_kvpair_array kvpair_array_to_obj
	unnest isnull coalesce newuuid tstamp rule_id rule_start mqtt meta event_time window_start window_end
	delay row_number
`

func TestEveryFunctionOfEKuiperIsThere(t *testing.T) {
	for name := range strings.FieldsSeq(eKuiperNames) {
		if _, ok := fn.EKuiper().Lookup(name); !ok {
			t.Errorf("%s is not there", name)
		}
	}
}
