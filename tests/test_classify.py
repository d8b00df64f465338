"""What type a document is, and when nobody can tell."""

from __future__ import annotations

import pytest

from extractors.catalogue import templates
from extractors.classify import CERTAIN, Classification, classify
from extractors.layout import PageLayout
from tests.printed_pages import at, page

TITLES = {
    "营业执照": "business_license",
    "企业法人营业执照": "business_license",
    "个体工商户营业执照": "business_license",
    "建筑业企业资质证书": "construction_qualification",
    "安全生产许可证": "safety_production_license",
    "质量管理体系认证证书": "management_system",
    "中标通知书": "bid_notice",
    "建设工程施工合同": "contract",
    "竣工验收报告": "acceptance_report",
    "工程竣工验收报告": "acceptance_report",
    "中华人民共和国居民身份证": "id_card",
}
OTHERS = [
    "食品经营许可证", "出版物经营许可证", "工程监理资质证书", "工程设计资质证书", "排污许可证", "开户许可证",
    "授权委托书", "税收完税证明", "荣誉证书", "高新技术企业证书", "投标保函", "工程造价咨询企业资质证书",
]  # fmt: skip


def kind_of(*pages: PageLayout) -> Classification:
    return classify(pages, list(templates().values()))


def titled(title: str, *, size: float = 80, index: int = 0) -> PageLayout:
    running = [at(100, 400 + 60 * i, "本行文字为样张正文其字号为页面正文所用") for i in range(8)]
    return page(at(500, 150, title, size=size), *running, index=index)


@pytest.mark.parametrize(("title", "doc_type"), TITLES.items())
def test_the_title_names_the_type(title: str, doc_type: str) -> None:
    found = kind_of(titled(title))
    assert found.doc_type == doc_type
    assert found.confidence >= CERTAIN
    assert found.title == title


@pytest.mark.parametrize("title", ["营　业　执　照", "建筑业企业资质证书（副本）", "建设工程施工合同（示范文本）"])
def test_spaced_and_extended_titles(title: str) -> None:
    assert kind_of(titled(title)).doc_type is not None


def test_a_misread_title_counts_where_the_labels_agree() -> None:
    lines = ["单位名称：沈阳样张有限公司", "主要负责人：张样", "单位地址：沈阳市样张路1号", "许可范围：建筑施工"]
    labelled = page(at(500, 100, "安全生产许可征", size=80), *(at(100, 300 + 60 * i, t) for i, t in enumerate(lines)))
    assert kind_of(labelled).doc_type == "safety_production_license"
    assert kind_of(titled("安全生产许可征")).doc_type is None


@pytest.mark.parametrize("title", OTHERS)
def test_other_documents_are_of_unknown_type(title: str) -> None:
    found = kind_of(titled(title))
    assert found.doc_type is None
    assert found.confidence < CERTAIN


def test_a_food_permit_with_the_labels_of_a_licence_is_unknown() -> None:
    lines = [
        "经营者名称：沈阳样张餐饮店", "统一社会信用代码：92210100MA0XYT12XX", "法定代表人：张样",
        "住所：沈阳市样张路1号", "经营场所：沈阳市样张路1号",
        "主体业态：餐饮服务经营者", "经营项目：热食类食品制售", "有效期至：2029年3月1日",
    ]  # fmt: skip
    layout = page(
        at(500, 100, "食品经营许可证", size=80), *(at(100, 300 + 60 * i, text) for i, text in enumerate(lines))
    )
    assert kind_of(layout).doc_type is None


def test_a_title_of_two_lines() -> None:
    layout = page(
        at(500, 100, "职业健康安全", size=80), at(500, 200, "管理体系认证证书", size=80),
        *(at(100, 400 + 60 * i, "本行文字为样张正文其字号为页面正文所用") for i in range(8)),
    )  # fmt: skip
    assert kind_of(layout).doc_type == "management_system"


def test_a_title_sharing_its_row_with_small_print() -> None:
    layout = page(
        at(100, 130, "编号2101000001"), at(500, 100, "营业执照", size=80), at(1000, 130, "副本1-1"),
        *(at(100, 400 + 60 * i, "本行文字为样张正文其字号为页面正文所用") for i in range(8)),
    )  # fmt: skip
    assert kind_of(layout).doc_type == "business_license"


@pytest.mark.parametrize(
    "sentence",
    [
        "请持营业执照及安全生产许可证到场办理手续",
        "收到本中标通知书后三十日内签订建设工程施工合同并提供建筑业企业资质证书",
    ],
)
def test_a_document_mentioned_in_running_text_is_not_the_document(sentence: str) -> None:
    running = [at(100, 400 + 60 * i, "本行文字为样张正文其字号为页面正文所用") for i in range(8)]
    assert kind_of(page(at(100, 300, sentence), *running)).doc_type is None


def test_a_bid_notice_that_mentions_the_contract_stays_a_bid_notice() -> None:
    layout = page(
        at(500, 100, "中标通知书", size=80),
        at(100, 300, "沈阳样张建设有限公司："),
        at(100, 360, "请在收到本通知书后三十日内与招标人签订建设工程施工合同"),
        at(100, 420, "中标价：壹仟万元整（￥10000000.00）"),
    )
    assert kind_of(layout).doc_type == "bid_notice"


def test_an_identity_card_needs_no_title() -> None:
    layout = page(
        at(100, 100, "姓名张样"), at(100, 160, "性别男"), at(300, 160, "民族汉"), at(100, 220, "出生1990年3月7日"),
        at(100, 280, "住址沈阳市和平区样张路1号"), at(100, 400, "公民身份号码210102199003070012"),
    )  # fmt: skip
    assert kind_of(layout).doc_type == "id_card"


def test_a_licence_whose_title_is_illegible_is_known_by_its_labels() -> None:
    lines = [
        "统一社会信用代码：91210100MA0XYT12XX", "名称：沈阳样张建设有限公司", "类型：有限责任公司",
        "法定代表人：张样", "注册资本：伍仟万元整", "成立日期：2019年3月1日", "营业期限：长期", "住所：沈阳市样张路1号",
        "经营范围：建筑工程施工", "登记机关", "登记日期：2020年3月1日",
        "国家企业信用信息公示系统", "国家市场监督管理总局监制",
    ]  # fmt: skip
    assert kind_of(page(*(at(100, 100 + 60 * i, text) for i, text in enumerate(lines)))).doc_type == "business_license"
    few = page(*(at(100, 100 + 60 * i, text) for i, text in enumerate(lines[:4])))
    assert kind_of(few).doc_type is None


def test_a_title_deep_in_a_document_does_not_count() -> None:
    """A tender with a copy of the bidder's licence among its annexes."""
    tender = [titled("投标文件", index=i) for i in range(3)]
    lines = [
        "名称：沈阳样张有限公司",
        "类型：有限责任公司",
        "法定代表人：张样",
        "注册资本：伍仟万元",
        "住所：样张路1号",
    ]
    annex = (at(500, 100, "营业执照", size=80), *(at(100, 300 + 60 * i, text) for i, text in enumerate(lines)))
    assert kind_of(*tender, page(*annex, index=3)).doc_type is None
    assert kind_of(page(*annex)).doc_type == "business_license"


def test_a_list_of_annexes_is_none_of_them() -> None:
    names = ["附件清单", "营业执照", "安全生产许可证", "中标通知书", "建筑业企业资质证书"]
    assert kind_of(page(*(at(100, 100 + 60 * i, name) for i, name in enumerate(names)))).doc_type is None


def test_a_title_inside_the_title_of_another_document() -> None:
    assert kind_of(titled("施工合同招标文件")).doc_type is None


@pytest.mark.parametrize("layout", [page(), page(at(100, 100, "□"))])
def test_an_empty_page_is_of_unknown_type(layout: PageLayout) -> None:
    found = kind_of(layout)
    assert found.doc_type is None
    assert found.title is None


def test_no_pages_and_no_templates() -> None:
    assert kind_of().doc_type is None
    assert classify([titled("营业执照")], []).doc_type is None
