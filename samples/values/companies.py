"""Invented companies, authorities and certification bodies."""

from __future__ import annotations

from random import Random

from samples.values.places import Region
from samples.values.value import Value

_FANCY_FIRST = "鑫恒泰宏盛瑞华嘉启铭远辰拓筑翰博昊翀甦"
_FANCY_SECOND = "达源诚建业基通元信安科创域辉固泽旻垚"
_TRADES = (
    "建设工程",
    "建筑工程",
    "市政工程",
    "建筑安装",
    "路桥工程",
    "装饰工程",
    "园林绿化",
    "机电设备",
    "环保科技",
    "消防工程",
    "钢结构",
    "岩土工程",
)


def name(rng: Random, where: Region, *, trade: str | None = None, form: str | None = None) -> Value:
    """A company name: place, fancy name, trade, legal form; the place now and then in brackets after the trade."""
    place = (
        where.city.removesuffix("市") if rng.random() < 0.6 else where.province.removesuffix("省").removesuffix("市")
    )
    fancy = (
        rng.choice(_FANCY_FIRST)
        + rng.choice(_FANCY_SECOND)
        + (rng.choice(_FANCY_SECOND) if rng.random() < 0.25 else "")
    )
    trade = trade or rng.choice(_TRADES)
    form = form or rng.choice(("有限公司", "有限公司", "有限责任公司", "集团有限公司", "股份有限公司"))
    if rng.random() < 0.12:
        opening, closing = rng.choice(("（）", "()"))
        return Value.plain(f"{fancy}{trade}{opening}{place}{closing}{form}")
    return Value.plain(f"{place}{fancy}{trade}{form}")


def shop(rng: Random, where: Region) -> Value:
    """The name of an individual business (个体工商户)."""
    kind = rng.choice(("建材经营部", "五金店", "水暖配件商行", "门窗加工部", "装饰材料门市部", "劳务服务部"))
    return Value.plain(
        f"{where.city.removesuffix('市')}{where.district}{rng.choice(_FANCY_FIRST)}{rng.choice(_FANCY_SECOND)}{kind}"
    )


def partnership(rng: Random, where: Region) -> Value:
    place = where.city.removesuffix("市")
    trade = rng.choice(("工程咨询中心", "企业管理合伙企业", "投资合伙企业", "造价咨询合伙企业"))
    return Value.plain(
        f"{place}{rng.choice(_FANCY_FIRST)}{rng.choice(_FANCY_SECOND)}{trade}（{rng.choice(('有限合伙', '普通合伙'))}）"
    )


def branch(rng: Random, where: Region) -> Value:
    parent = name(rng, where, form=rng.choice(("有限公司", "有限责任公司"))).printed
    return Value.plain(f"{parent}{rng.choice(('第一', '第二', '浑南', '城东', '滨海'))}分公司")


def public_body(rng: Random, where: Region) -> Value:
    """A body that orders works: it is a tenderer or an owner."""
    place = f"{where.city}{where.district}" if rng.random() < 0.5 else where.city
    return Value.plain(
        place
        + rng.choice(
            (
                "住房和城乡建设局",
                "教育局",
                "水务集团有限公司",
                "城市建设投资有限公司",
                "交通运输局",
                "第二中学",
                "人民医院",
                "公共工程建设中心",
            )
        )
    )


def registrar(rng: Random, where: Region, *, old: bool = False) -> Value:
    """The authority that registers companies: until 2018 an industry-and-commerce office."""
    place = rng.choice((where.city, f"{where.city}{where.district}"))
    if old:
        return Value.plain(f"{place}工商行政管理局")
    return Value.plain(place + rng.choice(("市场监督管理局", "市场监督管理局", "行政审批局", "行政审批服务局")))


def construction_authority(rng: Random, where: Region) -> Value:
    if rng.random() < 0.3:
        return Value.plain(f"{where.city}住房和城乡建设局" if where.city != "重庆市" else "重庆市住房和城乡建设委员会")
    return Value.plain(f"{where.province}住房和城乡建设{'厅' if where.province.endswith('省') else '委员会'}")


def certification_body(rng: Random) -> Value:
    place = rng.choice(("北京", "上海", "深圳", "广东", "辽宁"))
    form = rng.choice(("认证有限公司", "国际认证有限公司", "认证中心有限公司", "检验认证有限公司"))
    return Value.plain(f"{place}{rng.choice('中联方兴标质')}{rng.choice('正信衡翀泰')}{form}")


def designer(rng: Random, where: Region) -> Value:
    return name(rng, where, trade=rng.choice(("建筑设计研究院", "工程设计", "规划设计院")), form="有限公司")


def surveyor(rng: Random, where: Region) -> Value:
    return name(
        rng,
        where,
        trade=rng.choice(("岩土勘察", "工程勘察", "勘测设计")),
        form=rng.choice(("有限公司", "有限责任公司")),
    )


def supervisor(rng: Random, where: Region) -> Value:
    return name(
        rng,
        where,
        trade=rng.choice(("工程监理", "建设监理", "项目管理咨询")),
        form=rng.choice(("有限公司", "有限责任公司")),
    )
