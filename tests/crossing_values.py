"""Values that go from one version of a library to another, and a function that tells what they are."""

UNITS = ("s", "ms", "us", "ns")

ARRAYS = {
    "ints": "np.arange(6).reshape(2, 3)",
    "fortran": "np.asfortranarray(np.arange(6.0).reshape(2, 3))",
    "large": "np.arange(100_000.0).reshape(4, -1)",
    "strided": "np.arange(20)[::3]",
    "objects": "np.array([1, 'a', None, (2, 3)], dtype=object)",
    "letters": "np.array(['a', 'bcd'])",
    "bytes": "np.array([b'a', b'bcd'])",
    "complex": "np.array([1 + 2j])",
    "halves": "np.array([1.5], dtype='f2')",
    "big_endian": "np.array([1, 2], dtype='>i4')",
    "empty": "np.empty((0, 3))",
    "point": "np.array(3)",
    "times": "np.array(['2024-01-01', 'NaT'], dtype='M8[s]')",
    "scalars": "[np.float64(1.5), np.int8(3), np.bool_(True), np.str_('x'), np.datetime64('2024-01-01')]",
    "masked": "np.ma.array([1, 2, 3], mask=[0, 1, 0])",
    "masked_one": "[np.ma.masked]",
    "records": "np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])",
    "record_array": "np.rec.array([(1, 'x')], dtype=[('a', 'i4'), ('b', 'U3')])",
    "chars": "np.char.array(['a', 'b'])",
    "vectorized": "np.vectorize(len).pyfunc",
    "poly": "np.poly1d([1, 2])",
    "shared_random": "(b := np.random.PCG64(1), np.random.Generator(b))[1:]",
    "matrix": "np.matrix([[1, 2]])",
    "dtypes": "[np.dtype('f8'), np.dtype([('a', 'i4')]), np.dtype('M8[ns]'), np.float32]",
    "functions": "[np.sin, np.mean, np.linalg.norm]",
    "nested": "{'a': [np.arange(3)], 'b': (1, 'x'), 3: {np.int64(1)}}",
    "shared": "[row := np.arange(3.0), row, row[1:]]",
    "polynomial": "np.polynomial.Polynomial([1, 2, 3]).coef",
    "generator": "np.random.default_rng(3)",
    "philox": "np.random.Generator(np.random.Philox(3))",
    "twister": "np.random.Generator(np.random.MT19937(3))",
    "state": "np.random.RandomState(3)",
}

FRAMES = {
    "numbers": "pd.DataFrame({'a': [1, 2, 3], 'b': [1.5, np.nan, 2]})",
    "wide": "pd.DataFrame(np.arange(200_000.0).reshape(-1, 4), columns=list('abcd'))",
    "mixed": "pd.DataFrame({'a': [1, 2], 't': pd.Series(['x', None], dtype=object), 'b': [True, False]})",
    "texts": "pd.DataFrame({'t': ['x', None, 'y'], 'n': [1, 2, 3]})",
    "many_texts": "pd.DataFrame({'t': ['x', None, 'yä'] * 10_000, 'u': ['a\\0b'] * 30_000})",
    "no_texts": "pd.DataFrame({'t': ['x'], 'n': [1]}).iloc[:0]",
    "only_missing": "pd.Series(['x', None]).iloc[1:]",
    "text_series": "pd.Series(['x', 'y'], name='n', index=['a', 'b'])",
    "text_rows": "pd.DataFrame({'n': [1, 2]}, index=['a', 'b'])",
    "text_index": "pd.Index(['a', 'b'], name='i')",
    "missing_labels": "pd.Series([1, 2], index=['a', None])",
    "text_levels": "pd.DataFrame({'n': [1, 2]}, index=pd.MultiIndex.from_product([['a'], [1, 2]], names=['p', None]))",
    "text_columns": "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([('a', 'x'), ('a', 'y')]))",
    "text_kinds": "pd.Series(pd.Categorical(['x', 'y', None, 'x']))",
    "kinds_of_rows": "pd.Series([1, 2], index=pd.CategoricalIndex(['x', 'y'], ordered=True))",
    "no_kinds": "pd.Series(pd.Categorical([None], categories=[]))",
    "texts_by_row": "pd.DataFrame({'t': ['x', 'y']}).T",
    "text_row": "pd.DataFrame({'t': ['x', 'y'], 'u': ['z', None]}).iloc[0]",
    "text_attrs": "(f := pd.DataFrame({'t': ['x']}), f.attrs.update(unit='m', of=pd.Series(['y'])), f)[2]",
    "series_attrs": "(s := pd.Series([1]), s.attrs.update(unit='m'), s)[2]",
    "flags": "pd.DataFrame({'t': ['x'], 'n': [1]}).set_flags(allows_duplicate_labels=False)",
    "flags_series": "pd.Series(['x']).set_flags(allows_duplicate_labels=False)",
    "shares": "[a := np.arange(8.0).reshape(4, 2), pd.DataFrame(a, copy=False)]",
    "shares_texts": "(f := pd.DataFrame({'t': ['x', 'y'], 'n': [1, 2]}), f['t'], f['n'], f.index)",
    "records": "[Film('x', pd.DataFrame({'t': ['x']}), pd.Series(['y'])), {'k': [pd.Index(['z'])]}]",
    "twice": "pd.DataFrame([[1, 'x']], columns=['a', 'a'])",
    "odd_names": "pd.DataFrame([[1, 2, 3]], columns=['a', 1, None])",
    "frozen": "[pd.MultiIndex.from_product([[1], ['a']], names=['p', 'q']).names]",
    "shares_mixed": "[f := pd.DataFrame({'t': ['x', None], 'n': [1, 2]}), f['n'].to_numpy(), f['t']]",
    "shares_times": "[f := pd.DataFrame({'t': ['x', None], 'd': pd.date_range('2024', periods=2)}), f['d'].to_numpy()]",
    "tuple_names": "pd.Series([1], name=('a', 1))",
    "number_names": "pd.DataFrame([[1, 2.5]])",
    "named": "pd.DataFrame({'a': [1]}).rename_axis(columns='names', index='rows')",
    "empty": "pd.DataFrame()",
    "no_rows": "pd.DataFrame({'a': pd.Series([], dtype='i8'), 't': pd.Series([], dtype=object)})",
    "no_columns": "pd.DataFrame(index=[5, 6])",
    "empty_series": "pd.Series([], dtype=float)",
    "inside": "pd.Series([[1], {'a': 2}, np.arange(2), pd.Series(['x'])])",
    "columns_of_one_array": "pd.DataFrame(np.arange(12).reshape(3, 4), columns=list('abcd'))[['a', 'c']]",
    "small_numbers": "pd.DataFrame({'a': np.array([1], 'i1'), 'b': np.array([1], 'f4'), 'c': np.array([1], 'u8')})",
    "complex": "pd.Series([1 + 2j])",
    "dates": "pd.DataFrame({'d': pd.to_datetime(['2024-01-01', None])})",
    **{
        f"dates_{unit}": f"pd.Series(np.array(['2024-01-01', 'NaT'], 'M8[{unit}]'))" for unit in ("s", "ms", "us", "ns")
    },
    **{f"spans_{unit}": f"pd.Series(np.array([1, 'NaT'], 'm8[{unit}]'))" for unit in UNITS},
    **{f"by_{unit}": f"pd.DatetimeIndex(np.array(['2024-01-01'], 'M8[{unit}]'))" for unit in UNITS},
    "days": "pd.date_range('2024', periods=3, freq='D')",
    "ends_of_months": "pd.Series(1, index=pd.date_range('2024', periods=3, freq='ME'))",
    "hours": "pd.timedelta_range('1h', periods=3)",
    "zones": "pd.Series(pd.to_datetime(['2024-01-01', '2024-06-01']).tz_localize('Europe/Berlin'))",
    "zone_rows": "pd.DataFrame({'n': [1, 2]}, pd.date_range('2024-10-27', periods=2, freq='h', tz='Europe/Berlin'))",
    "zone_unit": "pd.DataFrame({'d': pd.to_datetime(['2024-01-01']).as_unit('s').tz_localize('America/New_York')})",
    "utc": "pd.Series(pd.to_datetime(['2024-01-01', None], utc=True))",
    "offset": "pd.Series(pd.to_datetime(['2024-01-01T00:00+02:00']))",
    "stamps": "[pd.Timestamp('2024-01-01'), pd.Timestamp('2024-07-01', tz='Europe/Berlin'), pd.Timestamp.max]",
    "stamp_units": "[pd.Timestamp('2024-01-01').as_unit(u) for u in ('s', 'ms', 'us', 'ns')]",
    "odd_stamps": "pd.Series([pd.Timestamp('2024-07-01', tz='Europe/Berlin'), 'x', pd.NaT], dtype=object)",
    "scalars": "[pd.Timedelta('1D'), pd.NaT, pd.NA, pd.Interval(0, 1), pd.Period('2024-01'), pd.Period('2024', 'Y')]",
    "offsets": "[pd.offsets.MonthEnd(2), pd.DateOffset(months=1), pd.offsets.Hour(3), pd.offsets.BusinessDay()]",
    "zone_dtype": "[pd.DatetimeTZDtype(tz='Europe/Berlin')]",
    "dtypes": "[pd.Int64Dtype(), pd.CategoricalDtype([1]), pd.DatetimeTZDtype(tz='UTC'), pd.PeriodDtype('M')]",
    "kinds": "pd.DataFrame({'c': pd.Categorical([1.5, 2, 1.5], categories=[1.5, 2], ordered=True)})",
    "codes": "pd.Series(pd.Categorical([3, 1, 3]))",
    "nullable": "pd.DataFrame({'i': pd.array([1, None], dtype='Int64'), 'b': pd.array([True, None], dtype='boolean')})",
    "nullable_floats": "pd.DataFrame({'f': pd.array([1.5, None], dtype='Float64')})",
    "nullable_rows": "pd.Series([1, 2], index=pd.Index([1, None], dtype='Int64'))",
    "strings": "pd.Series(['x', None], dtype='string')",
    "strings_python": "pd.DataFrame({'t': pd.array(['x', None], dtype='string[python]')})",
    "string_rows": "pd.Index(['x', 'y'], dtype='string')",
    "periods": "pd.Series(pd.period_range('2024-01', periods=3, freq='M'))",
    "period_rows": "pd.Series([1, 2], index=pd.period_range('2024', periods=2, freq='Q'))",
    "period_frame": "pd.DataFrame({'p': pd.period_range('2024-01', periods=3, freq='M'), 'n': [1, 2, 3]})",
    "intervals": "pd.Series(pd.interval_range(0, 3))",
    "cuts": "pd.cut([1, 2, 3], 2)",
    "sparse": "pd.Series(pd.arrays.SparseArray([0, 0, 1]))",
    "sparse_frame": "pd.DataFrame({'s': pd.arrays.SparseArray([0.0, np.nan, 1]), 'n': [1, 2, 3]})",
    "levels": "pd.DataFrame({'v': [1, 2]}, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)], names=['p', 'q']))",
    "number_levels": "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([(1, 2), (1, 3)]))",
    "date_levels": "pd.MultiIndex.from_product([pd.to_datetime(['2024-01-01']), ['x', 'y']])",
    "series": "pd.Series([1.0, 2.0], name='n', index=pd.Index([5, 7], name='i'))",
    "index": "pd.Index([1, 2, 3], name='i')",
    "range": "pd.RangeIndex(1, 10, 3, name='i')",
    "small_index": "pd.Index([1, 2], dtype='i1')",
    "flag_index": "pd.Index([True, False])",
    "object_index": "pd.Series([1, 2], index=pd.Index(['a', 'b'], dtype=object))",
    "date_objects": "pd.Series([datetime.date(2024, 1, 1)], index=pd.Index([datetime.date(2024, 1, 1)], dtype=object))",
    "decimals": "pd.Series([decimal.Decimal('1.5')])",
    "frames": "{'a': pd.DataFrame({'a': [1]}), 'b': [pd.Series([1])]}",
}

ARROW = {
    "strings_arrow": "pd.DataFrame({'t': pd.array(['x', None], dtype='string[pyarrow]')})",
    "arrow": "pd.Series([1, None], dtype='int64[pyarrow]')",
    "arrow_texts": "pd.Series(['x', None], dtype=pd.ArrowDtype(__import__('pyarrow').string()))",
    "arrow_times": "pd.DataFrame({'d': pd.Series([1, None], dtype='timestamp[us, Europe/Berlin][pyarrow]')})",
    "arrow_rows": "pd.Series([1], index=pd.Index([1], dtype='int64[pyarrow]'))",
}
"""Is for environments that have pyarrow."""

MODELS = {
    "linear": "LinearRegression().fit(X, y)",
    "logistic": "LogisticRegression().fit(X, y > 5)",
    "scaled": "make_pipeline(StandardScaler(), Ridge()).fit(X, y)",
    "nearest": "KNeighborsRegressor(2).fit(X, y)",
    "tree": "DecisionTreeRegressor(random_state=0).fit(X, y)",
    "boosted": "HistGradientBoostingRegressor(max_iter=3).fit(X, y)",
    "gradient": "GradientBoostingRegressor(n_estimators=3, random_state=0).fit(X, y)",
    "forest": "RandomForestClassifier(3, random_state=0).fit(X, y > 5)",
    "support": "SVC().fit(X, y > 5)",
    "clusters": "KMeans(2, n_init=1, random_state=0).fit(X)",
    "bayes": "GaussianNB().fit(X, y > 5)",
    "searched": "GridSearchCV(Ridge(), {'alpha': [1, 2]}).fit(X, y)",
    "grown": "IsolationForest(n_estimators=3, random_state=0).fit(X)",
    "words": "make_pipeline(FunctionTransformer(np.log1p), MLPRegressor(max_iter=2, random_state=0)).fit(X, y)",
}

DESCRIBE = '''
import copy
import datetime
import decimal
from dataclasses import dataclass, fields


@dataclass
class Film:
    title: str
    table: object
    column: object


def describe(v):
    """Tell all that a value is, texts of a dtype that only pandas 3 has as those in objects."""
    kind = type(v).__name__
    if isinstance(v, dict):
        return {k if isinstance(k, int) else str(k): describe(one) for k, one in v.items()}
    if isinstance(v, (list, tuple)):
        return kind, [describe(one) for one in v]
    if isinstance(v, set):
        return kind, sorted(map(str, v))
    if isinstance(v, Film):
        return [describe(getattr(v, one.name)) for one in fields(v)]
    if kind in ("Generator", "RandomState"):
        again = copy.deepcopy(v)
        return kind, type(getattr(v, "bit_generator", v)).__name__, again.random(3).tolist(), again.standard_normal()
    if isinstance(v, (pd.DataFrame, pd.Series)):
        return kind, describe_table(v), describe(v.index), describe(v.attrs), v.flags.allows_duplicate_labels
    if isinstance(v, pd.Index):
        return kind, [*v.names], describe_labels(v)
    if kind == "Categorical":
        return kind, v.codes.tolist(), describe(v.categories), v.ordered
    if kind == "Timestamp":
        return kind, v.isoformat(), v.unit, str(v.tz)
    if kind == "MaskedConstant":
        return kind, v is np.ma.masked
    if kind == "MaskedArray":
        return kind, str(v.dtype), v.data.tolist(), v.mask.tolist()
    if isinstance(v, (np.ndarray, pd.api.extensions.ExtensionArray)):
        return describe_array(v)
    if isinstance(v, np.generic) and not isinstance(v, (str, bytes)):
        return str(v.dtype), str(v)
    if callable(v) and hasattr(v, "__name__"):
        return kind, v.__name__
    if isinstance(v, float) and v != v or v is None:
        return "missing"
    return kind.rstrip("_"), str(v)


def describe_table(v):
    if isinstance(v, pd.Series):
        return describe(v.name), describe(v.array)
    return describe(v.columns.tolist()), [*v.columns.names], [describe(v.iloc[:, i].array) for i in range(v.shape[1])]


def describe_labels(v):
    if isinstance(v, pd.MultiIndex):
        return [describe(level) for level in v.levels], [[*map(int, codes)] for codes in v.codes]
    return str(v) if isinstance(v, pd.RangeIndex) else (describe(v.array), describe(getattr(v, "freq", None)))


def describe_array(v):
    is_text = str(v.dtype) in ("str", "object")
    listed = [describe(one) for one in (np.asarray(v).ravel() if isinstance(v, np.ndarray) else v)[:1000]]
    total = float(v.sum()) if v.dtype == "f8" else 0
    return "objects" if is_text else type(v).__name__, "object" if is_text else str(v.dtype), v.shape, listed, total
'''
