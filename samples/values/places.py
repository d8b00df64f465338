"""Invented addresses in invented districts. Regions carry real six-digit codes, because numbers embed them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from samples.values.value import Value


@dataclass(frozen=True, slots=True)
class Region:
    """A county-level region: ``code`` of GB/T 2260, province with its one-character short name, city, district."""

    code: str
    province: str
    short: str
    city: str
    district: str


REGIONS: tuple[Region, ...] = (
    Region("210102", "辽宁省", "辽", "沈阳市", "和平区"),
    Region("210211", "辽宁省", "辽", "大连市", "甘井子区"),
    Region("210302", "辽宁省", "辽", "鞍山市", "铁东区"),
    Region("370102", "山东省", "鲁", "济南市", "历下区"),
    Region("320582", "江苏省", "苏", "张家港市", "塘桥镇"),
    Region("610118", "陕西省", "陕", "西安市", "鄠邑区"),
    Region("320382", "江苏省", "苏", "邳州市", "运河街道"),
    Region("440304", "广东省", "粤", "深圳市", "福田区"),
    Region("510107", "四川省", "川", "成都市", "武侯区"),
    Region("330106", "浙江省", "浙", "杭州市", "西湖区"),
    Region("420106", "湖北省", "鄂", "武汉市", "武昌区"),
    Region("430104", "湖南省", "湘", "长沙市", "岳麓区"),
    Region("500103", "重庆市", "渝", "重庆市", "渝中区"),
    Region("530102", "云南省", "云", "昆明市", "五华区"),
)

_ROADS = (
    "云栖",
    "长澜",
    "泰和",
    "松涛",
    "锦屏",
    "望海",
    "沁园",
    "紫荆",
    "鸿雁",
    "金穗",
    "浑源",
    "曹营",
    "未央",
    "土门",
    "翀云",
    "旻月",
)
_ESTATES = ("澜庭国际广场", "启元大厦", "创智产业园", "星河商务中心", "恒筑科技园", "汇鑫花园", "翠堤雅居", "建工新村")


def region(rng: Random) -> Region:
    return rng.choice(REGIONS)


def address(rng: Random, where: Region, *, long: bool = False) -> Value:
    """A street address in ``where``; a ``long`` one wraps over two or three lines on most forms."""
    province = "" if where.province == where.city else where.province
    road = f"{rng.choice(_ROADS)}{rng.choice(('路', '大街', '街', '东路', '北街'))}{rng.randrange(1, 399)}号"
    rest = rng.choice(
        (
            "",
            f"{rng.randrange(1, 30)}号楼{rng.randrange(1, 4)}单元{rng.randrange(101, 3204)}室",
            f"{rng.choice('ABCD')}座{rng.randrange(101, 2899)}室",
            f"{rng.choice(_ESTATES)}{rng.randrange(1, 19)}幢{rng.randrange(1, 5)}-{rng.randrange(101, 1808)}",
            f"({rng.randrange(1, 9)}-{rng.randrange(1, 9)}-{rng.randrange(1, 9)})",
        )
    )
    if long:
        tower = f"{rng.choice(_ESTATES)}{rng.choice('ABC')}区{rng.randrange(1, 19)}号楼{rng.randrange(3, 28)}层"
        rest = f"{tower}{rng.randrange(301, 2899)}室（{rng.choice(('自主申报', '集群登记', '承诺申报'))}）"
    return Value.plain(f"{province}{where.city}{where.district}{road}{rest}")


def site(rng: Random, where: Region) -> Value:
    """Where a project is built."""
    first, second = rng.choice(("以东", "以西", "以南", "以北")), rng.choice(("以南", "以北"))
    return Value.plain(f"{where.city}{where.district}{rng.choice(_ROADS)}路{first}、{rng.choice(_ROADS)}大街{second}")
